import assert from "node:assert/strict";
import fc from "fast-check";
import { EMPTY_SNAPSHOT, type Snapshot, SNAPSHOT_VERSION } from "../../src/core/snapshot.ts";
import { decodeSnapshot, encodeSnapshot } from "../../src/store/encoding.ts";
import { arbitrarySnapshot } from "../arbitrary/snapshot.ts";

const GOOD = {
  status: "NOT_SERVING",
  sinceMs: 1,
  checkedAtMs: 2,
  place: "FRA",
  observation: { kind: "failed", failure: "timeout", message: "too slow", latencyMs: 1500.25 },
  attempts: [{ kind: "answered", status: "UNKNOWN", reason: "probe_denied", latencyMs: 3 }],
  isSuspect: false,
  isDownByFailure: true,
  rises: 0,
};

const TOP = {
  version: SNAPSHOT_VERSION,
  targets: { "a/": GOOD },
  storedAtMs: 5,
  writes: { day: 20_000, byWriter: { FRA: 2 } },
};

Deno.test("decodeSnapshot() gives back what encodeSnapshot() was given", () => {
  fc.assert(fc.property(arbitrarySnapshot(), (snapshot) => {
    assert.deepEqual(decodeSnapshot(encodeSnapshot(snapshot)), snapshot);
  }));
});

Deno.test("decodeSnapshot() never throws, whatever the text", () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
    assert.equal(decodeSnapshot(text), undefined);
  }));
});

Deno.test("decodeSnapshot() never throws and returns whole states only, whatever stands in a field", () => {
  const spoilt = fc.tuple(fc.constantFrom(...Object.keys(GOOD)), fc.jsonValue());
  fc.assert(fc.property(spoilt, ([field, value]) => {
    const read = decodeSnapshot(JSON.stringify({ ...TOP, targets: { "a/": { ...GOOD, [field]: value }, "b/": GOOD } }));
    assert.deepEqual(read?.targets["b/"], GOOD);
    const spoiltState = read?.targets["a/"];
    if (spoiltState !== undefined) assert.deepEqual(Object.keys(spoiltState).sort(), Object.keys(GOOD).sort());
  }));
});

const BROKEN_TOPS: readonly unknown[] = [
  null,
  [],
  "snapshot",
  EMPTY_SNAPSHOT,
  { ...TOP, version: SNAPSHOT_VERSION - 1 },
  { ...TOP, version: SNAPSHOT_VERSION + 1 },
  { ...TOP, version: String(SNAPSHOT_VERSION) },
  { ...TOP, targets: [] },
  { ...TOP, targets: undefined },
  { ...TOP, storedAtMs: -1 },
  { ...TOP, storedAtMs: "5" },
  { ...TOP, storedAtMs: null },
  { ...TOP, writes: undefined },
  { ...TOP, writes: { day: 1.5, byWriter: {} } },
  { ...TOP, writes: { day: 1, byWriter: { FRA: -1 } } },
  { ...TOP, writes: { day: 1, byWriter: [1] } },
  { ...TOP, later: true },
];

for (const top of BROKEN_TOPS) {
  Deno.test(`decodeSnapshot() ignores the whole value when it is ${JSON.stringify(top).slice(0, 140)}`, () => {
    assert.equal(decodeSnapshot(JSON.stringify(top)), undefined);
  });
}

const { rises: _, ...WITHOUT_RISES } = GOOD;
const BROKEN_STATES: readonly unknown[] = [
  null,
  [GOOD],
  WITHOUT_RISES,
  { ...GOOD, status: "SERVICE_UNKNOWN" },
  { ...GOOD, status: "toString" },
  { ...GOOD, sinceMs: "1" },
  { ...GOOD, checkedAtMs: -2 },
  { ...GOOD, place: 7 },
  { ...GOOD, isSuspect: 0 },
  { ...GOOD, isDownByFailure: null },
  { ...GOOD, rises: 0.5 },
  { ...GOOD, attempts: {} },
  { ...GOOD, attempts: [{ kind: "not-attempted", message: "" }] },
  { ...GOOD, observation: undefined },
  { ...GOOD, observation: { kind: "answered", failure: "timeout", latencyMs: 1 } },
  { ...GOOD, observation: { kind: "answered", status: "SERVING", reason: null, latencyMs: 1 } },
  { ...GOOD, observation: { kind: "failed", failure: "unheard_of", latencyMs: 1 } },
  { ...GOOD, observation: { kind: "failed", failure: "dns", latencyMs: 1, message: 5 } },
  { ...GOOD, observation: { kind: "failed", failure: "dns" } },
  { ...GOOD, later: true },
];

for (const [index, state] of BROKEN_STATES.entries()) {
  Deno.test(`decodeSnapshot() leaves out one malformed target state alone, case ${index}`, () => {
    const read = decodeSnapshot(JSON.stringify({ ...TOP, targets: { "a/": state, "b/": GOOD } }));
    assert.deepEqual(read?.targets, { "b/": GOOD });
    assert.deepEqual(read?.writes, TOP.writes);
  });
}

Deno.test("decodeSnapshot() reads no infinite time", () => {
  const text = JSON.stringify(TOP);
  assert.equal(decodeSnapshot(text.replace('"storedAtMs":5', '"storedAtMs":1e999')), undefined);
  assert.deepEqual(decodeSnapshot(text.replace('"checkedAtMs":2', '"checkedAtMs":1e999'))?.targets, {});
});

Deno.test("decodeSnapshot() lets no key reach a prototype", () => {
  const state = JSON.stringify(GOOD);
  const text =
    `{"version":${SNAPSHOT_VERSION},"storedAtMs":0,"writes":{"day":0,"byWriter":{"__proto__":3}},"targets":` +
    `{"__proto__":${state},"constructor":${state},"a/":${
      state.replace("{", '{"__proto__":{"polluted":1},')
    },"b/":${state}}}`;
  const read: Snapshot | undefined = decodeSnapshot(text);
  assert.deepEqual(Object.keys(read?.targets ?? {}), ["b/"]);
  assert.equal(Object.getPrototypeOf(read?.targets), Object.prototype);
  assert.deepEqual(Object.entries(read?.writes.byWriter ?? {}), [["__proto__", 3]]);
  assert.equal("polluted" in {}, false);
});
