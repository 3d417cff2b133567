import { createMemoryAuthority } from "../../src/store/authority-memory.ts";
import { authorityContract } from "../contract/authority.ts";

authorityContract("createMemoryAuthority()", () => {
  const authority = createMemoryAuthority();
  return Promise.resolve({ authority, other: authority, [Symbol.asyncDispose]: () => Promise.resolve() });
});
