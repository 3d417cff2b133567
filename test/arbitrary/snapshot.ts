import fc from "fast-check";
import type { ListedState, Observation } from "../../src/core/observation.ts";
import { PROTOCOLS } from "../../src/core/registry.ts";
import type { Snapshot, TargetState, WriteCount } from "../../src/core/snapshot.ts";
import { SERVING_STATUSES } from "../../src/core/status.ts";

/** Names that break a careless record, beside ordinary ones. */
export const hostileName = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "", "FRA", "\ud800"),
  fc.string({ unit: "binary" }),
);

/** Any snapshot that the core could hold; with `key`, `timeMs` and `day` narrowed, two of them are likely to clash. */
export function arbitrarySnapshot({
  key = fc.tuple(hostileName, hostileName).map(([upstream, service]) => `${upstream}/${service}`),
  timeMs = fc.maxSafeNat(),
  place = hostileName,
  day = fc.nat(),
} = {}): fc.Arbitrary<Snapshot> {
  return fc.record({
    targets: recordOf(key, arbitraryState(timeMs, place)),
    storedAtMs: timeMs,
    writes: fc.record<WriteCount>({ day, byWriter: recordOf(place, fc.nat()) }, PLAIN),
    scheduledAtMs: timeMs,
  }, { ...PLAIN, requiredKeys: ["targets", "storedAtMs", "writes"] });
}

function arbitraryState(timeMs: fc.Arbitrary<number>, place: fc.Arbitrary<string>): fc.Arbitrary<TargetState> {
  return fc.record({
    status: fc.constantFrom(...SERVING_STATUSES),
    sinceMs: timeMs,
    checkedAtMs: timeMs,
    place,
    question: hostileName,
    observation,
    attempts: fc.array(observation, { maxLength: 3 }),
    isSuspect: fc.boolean(),
    isDownByFailure: fc.boolean(),
    rises: fc.nat(),
    listed: recordOf(hostileName, arbitraryListed(timeMs)),
  }, { noNullPrototype: true, requiredKeys: STATE_KEYS });
}

function arbitraryListed(timeMs: fc.Arbitrary<number>): fc.Arbitrary<ListedState> {
  return fc.record({
    status: fc.constantFrom(...SERVING_STATUSES),
    sinceMs: timeMs,
    fault: fc.constantFrom("timeout" as const, "never_told" as const),
    message: fc.string({ unit: "binary" }),
    latencyMs,
    isCulprit: fc.constant(true as const),
  }, { ...PLAIN, requiredKeys: ["status", "sinceMs"] });
}

const STATE_KEYS: Exclude<keyof TargetState, "listed" | "question">[] = [
  "status",
  "sinceMs",
  "checkedAtMs",
  "place",
  "observation",
  "attempts",
  "isSuspect",
  "isDownByFailure",
  "rises",
];

/** Decoded values are plain objects, and deepEqual tells them from objects without a prototype. */
const PLAIN = { noNullPrototype: true } as const;

// Adding turns -0, which JSON lacks, into 0.
const latencyMs = fc.double({ min: 0, max: 1e6, noNaN: true }).map((ms) => ms + 0);

const negotiation = fc.record({
  protocol: fc.constantFrom(...PROTOCOLS),
  tried: fc.array(fc.record({ protocol: fc.constantFrom(...PROTOCOLS), seen: fc.string() }, PLAIN), { maxLength: 3 }),
}, { requiredKeys: ["tried"], ...PLAIN });

const observation: fc.Arbitrary<Observation> = fc.oneof(
  fc.record({
    kind: fc.constant("answered" as const),
    status: fc.constantFrom(...SERVING_STATUSES),
    reason: fc.constantFrom(
      "status_unknown" as const,
      "service_not_registered" as const,
      "health_unimplemented" as const,
      "probe_denied" as const,
      "never_told" as const,
      "told_too_long_ago" as const,
    ),
    message: fc.string({ unit: "binary" }),
    latencyMs,
    listed: recordOf(hostileName, fc.constantFrom(...SERVING_STATUSES)),
    hasNoList: fc.constant(true as const),
    untilMs: fc.maxSafeNat(),
    negotiation,
  }, { requiredKeys: ["kind", "status", "latencyMs"], ...PLAIN }),
  fc.record({
    kind: fc.constant("failed" as const),
    failure: fc.constantFrom(
      "timeout" as const,
      "unavailable" as const,
      "dns" as const,
      "tls" as const,
      "overloaded" as const,
      "rpc_error" as const,
      "protocol_mismatch" as const,
    ),
    message: fc.string({ unit: "binary" }),
    latencyMs,
    negotiation,
  }, { requiredKeys: ["kind", "failure", "latencyMs"], ...PLAIN }),
);

/** As `Object.fromEntries` makes it: `__proto__` is an own key like any other. */
function recordOf<T>(key: fc.Arbitrary<string>, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc.array(fc.tuple(key, value), { maxLength: 5 }).map((entries) => Object.fromEntries(entries));
}
