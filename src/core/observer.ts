import { ageOf, type Viewpoint } from "./age.ts";
import { endpointOf } from "./endpoint.ts";
import type { FailureKind, Observation, Sighting } from "./observation.ts";
import type { Target, Upstream } from "./registry.ts";
import type { NameVerdict, Report } from "./report.ts";
import type { Snapshot } from "./snapshot.ts";

/** What the observer knows when it doubts itself. */
export interface Doubt {
  /** Of the refresh under way, one for each target asked. */
  readonly sightings: readonly Sighting[];
  readonly targets: Iterable<Target>;
  /** What was known before. */
  readonly snapshot: Snapshot;
  readonly view: Viewpoint;
}

/** Said in the report while the observer is suspect. */
export const OBSERVER_SUSPECT =
  "observer_suspect: nearly all upstreams and the canary fail from here, so it may be our own network that is down";

/** A failure that the observer's own network may be the cause of. */
export function isNetworkFailure(observation: Observation): boolean {
  return observation.kind === "failed" && NETWORK_FAILURES.includes(observation.failure);
}

const NETWORK_FAILURES: readonly FailureKind[] = ["timeout", "unavailable", "dns", "tls"];

/** So many of a hundred unrelated hosts, and at least so many at all, must fail before the observer doubts itself. */
const HOSTS_PERCENT = 90;
const HOSTS_MIN = 2;

/**
 * Whether nearly all that was asked from here lately fails in such a way that the fault may be here. Upstreams of one host
 * fail together for reasons of their own, and count as one.
 */
export function isNearlyAllLost({ sightings, targets, snapshot, view }: Doubt): boolean {
  const seen = new Map(sightings.map((sighting) => [sighting.targetKey, sighting.observation]));
  const isReached = new Map<string, boolean>();
  for (const { key, upstream } of targets) {
    const observation = seen.get(key) ?? freshObservation(key, upstream, { snapshot, view });
    if (observation === undefined || upstream.url === "") continue;
    const host = hostOf(upstream);
    isReached.set(host, isReached.get(host) === true || !isNetworkFailure(observation));
  }
  const lost = [...isReached.values()].filter((isReached) => !isReached).length;
  return lost >= HOSTS_MIN && lost * 100 >= isReached.size * HOSTS_PERCENT;
}

/** The report of an observer that doubts itself: every served name but its own is UNKNOWN. What was seen stays. */
export function suspectReport(report: Report): Report {
  const names = suspectNames.get(report.names) ?? namesUnknown(report.names);
  suspectNames.set(report.names, names);
  return { ...report, names, isObserverSuspect: true, isAllFresh: false, problems: problemsOf(report.problems) };
}

/** The identity of `names`, and of `problems`, tells readers whether anything changed. */
const suspectNames = new WeakMap<Report["names"], Report["names"]>();
const suspectProblems = new WeakMap<Report["problems"], Report["problems"]>();

function namesUnknown(names: Report["names"]): Report["names"] {
  return new Map([...names].map(([name, verdict]): [string, NameVerdict] => [
    name,
    verdict.kind === "liveness" ? verdict : { ...verdict, status: "UNKNOWN", sinceMs: 0, isDegraded: false },
  ]));
}

function problemsOf(problems: readonly string[]): readonly string[] {
  const known = suspectProblems.get(problems);
  if (known !== undefined) return known;
  const said = [...problems, OBSERVER_SUSPECT];
  suspectProblems.set(problems, said);
  return said;
}

function freshObservation(
  key: string,
  upstream: Upstream,
  { snapshot, view }: Pick<Doubt, "snapshot" | "view">,
): Observation | undefined {
  const state = snapshot.targets[key];
  return state !== undefined && ageOf(state, upstream, view) === "fresh" ? state.observation : undefined;
}

function hostOf({ url, via }: Upstream): string {
  return via === undefined ? endpointOf(url).hostname : `via ${via}`;
}
