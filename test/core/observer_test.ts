import assert from "node:assert/strict";
import { isNetworkFailure, type Loss, lossOf } from "../../src/core/observer.ts";
import type { FailureKind, Observation, Sighting } from "../../src/core/observation.ts";
import { targetsOf, type Upstream } from "../../src/core/registry.ts";
import type { TargetState } from "../../src/core/snapshot.ts";
import { NOT_SERVING, numbered, REFUSED, SERVING, snapshot, state, upstream } from "../support/fleet.ts";

const SINCE_MS = 1_000_000;
const view = { nowMs: 1_004_000, place: "here", bounds: { ttlMs: 15_000, staleMs: 30_000, expireMs: 600_000 } };

/** What is lost of upstreams, each of which was seen so in this refresh, or is known so, or is not known at all. */
function loss(
  fleet: readonly { readonly upstream?: Partial<Upstream>; readonly as?: Observation | TargetState }[],
): Loss {
  const upstreams = fleet.map((given, index) => upstream(`u${index}`, given.upstream));
  const targets = targetsOf({ upstreams, groups: [] });
  const sightings: Sighting[] = [];
  const known: Record<string, TargetState> = {};
  for (const [index, { as }] of fleet.entries()) {
    const targetKey = targets[index]?.key ?? "";
    if (as === undefined) continue;
    if ("checkedAtMs" in as) known[targetKey] = as;
    else {sightings.push({
        question: "",
        targetKey,
        observation: as,
        attempts: [as],
        isConfirmed: true,
        atMs: 1_003_000,
        place: "here",
      });}
  }
  return lossOf({ sightings, targets, snapshot: snapshot(known), view, sinceMs: SINCE_MS });
}

/** So many that were refused, and so many that are otherwise. */
function refused(count: number, others: number, as?: Observation | TargetState) {
  return loss([...numbered(count).map(() => ({ as: REFUSED })), ...numbered(others).map(() => (as ? { as } : {}))]);
}

const BEFORE = state(SINCE_MS - 5_000);
const SINCE = state(SINCE_MS + 1);
const LONG_AGO = state(SINCE_MS - 60_000);
const ELSEWHERE = state(SINCE_MS + 1, { place: "there" });

for (
  const [expected, what, seen] of [
    ["nearly all", "nine hosts of ten", refused(9, 1, SERVING)],
    ["some", "eight hosts of nine", refused(8, 1, NOT_SERVING)],
    ["nearly all", "two hosts of two", refused(2, 0)],
    ["some", "a fleet of one host", refused(1, 0)],
    ["some", "eight hosts of nine, the last of which answered since", refused(8, 1, SINCE)],
    ["unclear", "eight hosts of nine, the last of which answered before", refused(8, 1, BEFORE)],
    ["nearly all", "two hosts, with others that answered long ago", refused(2, 5, LONG_AGO)],
    ["nearly all", "two hosts, with others that answered elsewhere", refused(2, 5, ELSEWHERE)],
    ["unclear", "one host of several, and the others not asked", refused(1, 4)],
    ["unclear", "one host of several that answered before", refused(1, 4, BEFORE)],
    [
      "nearly all",
      "two hosts, and those that failed when they were asked before",
      refused(2, 3, state(SINCE_MS - 1_000, { observation: REFUSED })),
    ],
    [
      "unclear",
      "one host, and one that failed when it was asked before of twenty",
      loss([
        { as: REFUSED },
        { as: state(SINCE_MS - 1_000, { observation: REFUSED }) },
        ...numbered(18).map(() => ({ as: BEFORE })),
      ]),
    ],
    [
      "some",
      "two upstreams of one host",
      loss(["/a", "/b"].map((path) => ({
        upstream: { url: `https://one.example.com${path}` },
        as: REFUSED,
      }))),
    ],
    [
      "some",
      "two upstreams behind one binding",
      loss(["a", "b"].map((name) => ({
        upstream: { url: `https://${name}.example.com`, via: "INSIDE" },
        as: REFUSED,
      }))),
    ],
    [
      "nearly all",
      "two bindings to one host",
      loss(["A", "B"].map((via) => ({
        upstream: { url: "https://one.example.com", via },
        as: REFUSED,
      }))),
    ],
    [
      "some",
      "a host of which one port answers, and another that does not",
      loss([
        { upstream: { url: "https://one.example.com" }, as: REFUSED },
        { upstream: { url: "https://one.example.com:8443" }, as: SERVING },
        { as: REFUSED },
      ]),
    ],
    [
      "nearly all",
      "two hosts, with one that is told",
      loss([
        { as: REFUSED },
        { as: REFUSED },
        { upstream: { url: "", protocol: "push" }, as: SERVING },
      ]),
    ],
  ] as const
) {
  Deno.test(`lossOf() is ${expected} of ${what}`, () => assert.equal(seen, expected));
}

Deno.test("isNetworkFailure() is of what our own network may be the cause of, and of no answer", () => {
  const kinds: FailureKind[] = [
    "timeout",
    "unavailable",
    "dns",
    "tls",
    "overloaded",
    "rpc_error",
    "protocol_mismatch",
  ];
  assert.deepEqual(kinds.filter((failure) => isNetworkFailure({ kind: "failed", failure, latencyMs: 1 })), [
    "timeout",
    "unavailable",
    "dns",
    "tls",
  ]);
  assert.equal(isNetworkFailure(NOT_SERVING), false);
});
