import assert from "node:assert/strict";
import { Miniflare } from "miniflare";
import { createWorkersKvStore, type KvNamespace } from "../../src/store/workers-kv.ts";
import { fleetOf, snapshotStoreContract } from "../contract/snapshot-store.ts";

/** What the tests use of the real binding, beside what the store does. */
interface Bindings {
  readonly KV: KvNamespace & {
    delete(key: string): Promise<void>;
    list(): Promise<{ readonly keys: readonly { readonly name: string; readonly expiration?: number }[] }>;
  };
}

// Miniflare keeps a socket and a child process open between calls, which Deno's sanitizers take for leaks of the test
// that happens to run first; `afterAll` disposes of them.
const sanitizers = { sanitizeOps: false, sanitizeResources: false };

const miniflare = new Miniflare({
  modules: true,
  script: `export default { fetch: () => new Response() }`,
  kvNamespaces: ["KV"],
});
Deno.test.afterAll(() => miniflare.dispose());

snapshotStoreContract(
  "createWorkersKvStore()",
  async () => {
    const { KV: kv } = await miniflare.getBindings<Bindings>();
    await kv.delete("snapshot");
    return {
      store: createWorkersKvStore(kv),
      plant: (text) => kv.put("snapshot", text, { expirationTtl: 60 }),
      close: () => Promise.resolve(),
    };
  },
  { isAtomic: false, sanitizers },
);

Deno.test("createWorkersKvStore() stores one key that goes after a day", sanitizers, async () => {
  const { KV: kv } = await miniflare.getBindings<Bindings>();
  await createWorkersKvStore(kv).update(() => fleetOf(2));
  const { keys } = await kv.list();
  assert.deepEqual(keys.map(({ name }) => name), ["snapshot"]);
  const secondsLeft = (keys[0]?.expiration ?? 0) - Date.now() / 1000;
  assert.ok(secondsLeft > 86_000 && secondsLeft <= 86_401, `${secondsLeft}`);
});

Deno.test("createWorkersKvStore() rejects when the namespace does", async () => {
  const fail = () => Promise.reject(new Error("KV GET failed: 429 Too Many Requests"));
  const kv: KvNamespace = { get: fail, put: fail };
  await assert.rejects(createWorkersKvStore(kv).read(), /429/);
  await assert.rejects(createWorkersKvStore(kv).update(() => fleetOf(1)), /429/);
});
