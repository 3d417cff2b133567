import { ageOf, type Viewpoint } from "./age.ts";
import { endpointOf } from "./endpoint.ts";
import type { FailureKind, Observation, Sighting } from "./observation.ts";
import { isTold, type Target, type Upstream } from "./registry.ts";
import { createOverrule } from "./overrule.ts";
import type { Report } from "./report.ts";
import type { Snapshot } from "./snapshot.ts";

/** What the observer knows when it doubts itself. */
export interface Doubt {
  /** Of the refresh under way, one for each target asked. */
  readonly sightings: readonly Sighting[];
  readonly targets: Iterable<Target>;
  /** What is known by now. */
  readonly snapshot: Snapshot;
  readonly view: Viewpoint;
  /** When the refresh began: who answered before says nothing of how the network is now. */
  readonly sinceMs: number;
}

/** How much of the fleet cannot be reached from here; `unclear` until those are asked too that answered before. */
export type Loss = "some" | "nearly all" | "unclear";

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
 * How much of what was asked from here lately fails in such a way that the fault may be here. Upstreams of one host fail
 * together for reasons of their own, and count as one; those that tell their status are not asked, and do not count.
 */
export function lossOf(doubt: Doubt): Loss {
  const seen = new Map(doubt.sightings.map((sighting) => [sighting.targetKey, sighting.observation]));
  const hosts = new Map<string, HostSeen>();
  for (const { key, upstream } of doubt.targets) {
    if (isTold(upstream)) continue;
    const host = hostOf(upstream);
    const now = seen.get(key);
    const sight = now === undefined ? seenBefore(key, upstream, doubt) : seenNow(now);
    hosts.set(host, HOST_SEEN.find((seen) => seen === sight || seen === hosts.get(host)) ?? sight);
  }
  const count = (sight: HostSeen) => [...hosts.values()].filter((seen) => seen === sight).length;
  const [reached, lost, before] = [count("reached"), count("lost"), count("reached before")];
  const isMost = (some: number) => some * 100 >= (reached + lost + before) * HOSTS_PERCENT;
  if (lost >= HOSTS_MIN && isMost(lost)) return "nearly all";
  return hosts.size - reached >= HOSTS_MIN && isMost(lost + before) ? "unclear" : "some";
}

/** What was last seen of a host; of its targets, what comes first here counts. */
const HOST_SEEN = ["reached", "lost", "reached before", "unasked"] as const;
type HostSeen = (typeof HOST_SEEN)[number];

function seenNow(observation: Observation): HostSeen {
  return isNetworkFailure(observation) ? "lost" : "reached";
}

/** A state that is not fresh tells nothing. */
function seenBefore(key: string, upstream: Upstream, { snapshot, view, sinceMs }: Doubt): HostSeen {
  const state = snapshot.targets[key];
  if (state === undefined || ageOf(state, upstream, view) !== "fresh") return "unasked";
  const seen = seenNow(state.observation);
  return seen === "reached" && state.checkedAtMs <= sinceMs ? "reached before" : seen;
}

/** The report of an observer that doubts itself: every served name but its own is UNKNOWN. What was seen stays. */
export function suspectReport(report: Report): Report {
  const names = unknown(report.names);
  return { ...report, names, isObserverSuspect: true, isAllFresh: false, problems: problemsOf(report.problems) };
}

const unknown = createOverrule("UNKNOWN", ({ kind }) => kind === "liveness");

/** The identity of `problems`, too, tells readers whether anything changed. */
const suspectProblems = new WeakMap<Report["problems"], Report["problems"]>();

function problemsOf(problems: readonly string[]): readonly string[] {
  const known = suspectProblems.get(problems);
  if (known !== undefined) return known;
  const said = [...problems, OBSERVER_SUSPECT];
  suspectProblems.set(problems, said);
  return said;
}

function hostOf({ url, via }: Upstream): string {
  return via === undefined ? endpointOf(url).hostname : `via ${via}`;
}
