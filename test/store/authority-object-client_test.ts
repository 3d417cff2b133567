import assert from "node:assert/strict";
import type { WrittenRecord } from "../../src/ports.ts";
import { createObjectAuthority } from "../../src/store/authority-object-client.ts";
import type { KvNamespace } from "../../src/store/workers-kv.ts";
import { createTestClock } from "../support/test-clock.ts";

const OLDER: ReadonlyMap<string, WrittenRecord> = new Map([["fleet/registry", { version: 1, value: "{}" }]]);
const NEWER: ReadonlyMap<string, WrittenRecord> = new Map([["fleet/registry", { version: 2, value: "{}" }]]);

/** An authority whose object holds `NEWER`, and what its KV gives. */
function scene(get: () => Promise<string | null>) {
  const clock = createTestClock();
  const kv: KvNamespace = { get, put: () => Promise.resolve() };
  const recall = () => Promise.resolve(NEWER);
  const object = { recall, list: recall, put: () => Promise.resolve(1) };
  return { clock, authority: createObjectAuthority({ getByName: () => object }, kv, clock) };
}

Deno.test("recall() on a Durable Object gives the copy in KV", async () => {
  const { authority, clock } = scene(() => Promise.resolve(JSON.stringify([...OLDER])));
  assert.deepEqual([await authority.recall(), clock.sleepers()], [OLDER, 0]);
});

Deno.test("recall() on a Durable Object asks the object where KV has no copy, fails, or is silent for half a second", async () => {
  const kvs = [
    () => Promise.resolve(null),
    () => Promise.reject(new Error("KV GET failed: 503")),
    () => new Promise<never>(() => {}),
  ];
  for (const get of kvs) {
    const { authority, clock } = scene(get);
    assert.deepEqual(await clock.until(authority.recall(), 500), NEWER);
    assert.equal(clock.sleepers(), 0);
  }
});
