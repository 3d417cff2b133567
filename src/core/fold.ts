import { canFall } from "./confirm.ts";
import type { ListedState, Observation, Sighting } from "./observation.ts";
import type { Snapshot, TargetState } from "./snapshot.ts";
import type { ServingStatus } from "./status.ts";

/** What `fold` needs to know beside the data. */
export interface FoldOptions {
  /** Successes in a row needed after a failure-caused down, at least 1. */
  readonly rise: number;
  /** What may still be built on when a sighting comes: an unconfirmed failure must not carry an expired green on. */
  readonly priorOf: (state: TargetState | undefined, sighting: Sighting) => TargetState | undefined;
}

/**
 * The pure step from what was known and what was seen to what is known.
 *
 * The order of `sightings` does not matter: they are taken in order of time, and one older than what is already known
 * of its target changes nothing.
 */
export function fold(prior: Snapshot, sightings: readonly Sighting[], options: FoldOptions): Snapshot {
  const targets = { ...prior.targets };
  for (const sighting of [...sightings].sort(byTimeThenContent)) {
    const known = options.priorOf(targets[sighting.targetKey], sighting);
    if (known !== undefined && known.checkedAtMs > sighting.atMs) continue;
    targets[sighting.targetKey] = foldTarget(known, sighting, options.rise);
  }
  return { ...prior, targets };
}

/**
 * Fold one sighting into what was known of its target.
 *
 * An answer counts at once, in both directions, but for `rise`. A failure counts when it is confirmed, when the target
 * was down already, or when it follows a failure that could not be confirmed; else the target becomes a suspect.
 */
export function foldTarget(known: TargetState | undefined, sighting: Sighting, rise: number): TargetState {
  const { observation, attempts, atMs, place, question } = sighting;
  if (observation.kind === "answered" && observation.told !== undefined) return foldTold(known, sighting, observation);
  const seen = { checkedAtMs: atMs, place, question, observation, attempts };
  if (observation.kind === "answered") {
    const rises = (known?.rises ?? 0) + 1;
    if (known?.isDownByFailure && observation.status === "SERVING" && rises < rise) {
      return { ...known, ...seen, isSuspect: false, rises };
    }
    const listed = observation.listed && listedSince(known, observation.listed, atMs);
    return { ...seen, ...statusSince(known, observation.status, atMs), ...SETTLED, ...(listed && { listed }) };
  }
  // Names stay while their upstream fails: a name that is asked for must not turn unknown because its server is down.
  const listed = known?.listed && { listed: known.listed };
  const isBelieved = sighting.isConfirmed || known?.isSuspect === true || (known !== undefined && !canFall(known));
  if (isBelieved) {
    return { ...seen, ...statusSince(known, "NOT_SERVING", atMs), ...SETTLED, ...listed, isDownByFailure: true };
  }
  return { ...seen, ...statusSince(known, known?.status ?? "UNKNOWN", atMs), ...SETTLED, ...listed, isSuspect: true };
}

/** A satellite's names bring their own times along; they may be many, and are kept once. */
function foldTold(
  known: TargetState | undefined,
  { atMs, place, question }: Sighting,
  { told: listed = {}, ...observation }: Extract<Observation, { kind: "answered" }>,
): TargetState {
  const seen = { checkedAtMs: atMs, place, question, observation, attempts: [observation] };
  return { ...seen, ...statusSince(known, observation.status, atMs), ...SETTLED, listed };
}

const SETTLED = { isSuspect: false, isDownByFailure: false, rises: 0 } as const;

function statusSince(
  known: TargetState | undefined,
  status: TargetState["status"],
  atMs: number,
): Pick<TargetState, "status" | "sinceMs"> {
  return { status, sinceMs: known?.status === status ? known.sinceMs : atMs };
}

/** Names that are no longer listed are gone; the others keep the time at which their status became what it is. */
function listedSince(
  known: TargetState | undefined,
  listed: Readonly<Record<string, ServingStatus>>,
  atMs: number,
): Readonly<Record<string, ListedState>> {
  const before = new Map(Object.entries(known?.listed ?? {}));
  const states = Object.entries(listed).map(([name, status]) => {
    const was = before.get(name);
    return [name, { status, sinceMs: was?.status === status ? was.sinceMs : atMs }] as const;
  });
  return Object.fromEntries(states);
}

/** A total order, so that even two sightings of one millisecond fold alike whichever came first. */
function byTimeThenContent(a: Sighting, b: Sighting): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
