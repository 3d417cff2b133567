import { createMemoryStore } from "../../src/store/memory.ts";
import { snapshotStoreContract } from "../contract/snapshot-store.ts";

// Nobody but the store itself can write, so there is nothing to plant.
snapshotStoreContract(
  "createMemoryStore()",
  () => Promise.resolve({ store: createMemoryStore(), close: () => Promise.resolve() }),
  { isAtomic: true },
);
