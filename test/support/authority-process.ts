import { systemClock } from "../../src/clock.ts";
import { createDenoKvAuthority } from "../../src/store/authority-deno-kv.ts";
import { climb } from "../contract/authority.ts";

// A process that writes to the authority in the Deno KV file it is told, until it is killed. Each line it prints is a version
// that was acknowledged.

const [path = "", key = ""] = Deno.args;
const kv = await Deno.openKv(path);
const authority = createDenoKvAuthority(kv, systemClock);
const told = {
  ...authority,
  async put(...args: Parameters<typeof authority.put>) {
    const version = await authority.put(...args);
    if (version !== undefined) Deno.stdout.writeSync(new TextEncoder().encode(`${version}\n`));
    return version;
  },
};
await climb(told, key, Infinity);
