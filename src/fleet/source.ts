import type { Joined } from "../config/join.ts";
import type { Fleet } from "../core/fleet.ts";
import type { Registry } from "../core/registry.ts";
import type { Authority, Clock, FleetSource, WrittenRecord } from "../ports.ts";
import { readWindows } from "./windows.ts";

/** The fleet, deployed and written, with news of what is written here. */
export interface WrittenFleetSource extends FleetSource {
  /** Take records that were just written, so that the very next report has them; older ones than known are left. */
  learn(records: ReadonlyMap<string, WrittenRecord>): void;
}

/** What the fleet is made of. */
export interface FleetSourceOptions {
  readonly deployed: Registry;
  /** What was deployed did not parse. */
  readonly isDeployedInvalid: boolean;
  /** The deployed registry with one that was written. */
  readonly join: (written: unknown) => Joined;
  /** Where it is written; undefined: the fleet is the deployed one for ever. */
  readonly authority: Pick<Authority, "recall"> | undefined;
  /** Somebody has a token to write by: without an authority, what was written to one before is then missed. */
  readonly isWritable: boolean;
  readonly clock: Clock;
  /** How old, in milliseconds, a reading may be before another is made behind an answer; twice as old, before it. */
  readonly ttlMs: number;
  /** Gets each problem and warning of what was written, once; they may show addresses, never a secret. */
  readonly log: (entry: FleetLog) => void;
  /** Called when the fleet has become another. */
  readonly onChange: () => void;
}

/** What is wrong, or unwise, in what was written. */
export interface FleetLog {
  readonly event: "registry-error" | "registry-warning" | "fleet-unread";
  readonly problem: string;
}

/** The record of the registry, JSON of `{"upstreams": […], "groups": {…}}`. */
export const REGISTRY_KEY = "fleet/registry";

/** The record of maintenance windows, a JSON list of them. */
export const MAINTENANCE_KEY = "fleet/maintenance";

/** Reading what was written may take this long, in milliseconds. */
const READ_MAX_MS = 1_000;

/** After a reading that failed, the next is made no sooner than after this long, in milliseconds. */
const RETRY_MS = 5_000;

/** Said in the report while what was written cannot be read again: what was read last holds. */
export const UNREAD_AGAIN = "registry unreachable: what was written since it was last read is not known here";
/** Said while it was never read: there may be upstreams that nobody here knows of. */
export const UNREAD = "registry unreachable: what was written at run time is not known here";
/** Said while what was written is no registry. */
export const INVALID = "registry written at run time invalid: see the log, or rollcall registry";
/** Said for as long as this deployment lives: there may be upstreams that nobody here knows of. */
export const UNKEPT = "registry incomplete: nothing is bound that keeps what is written at run time";
/** The same, of a fleet of which nothing is known. */
const DEPLOYED_INVALID = "registry invalid: see the boot log";

/** Create the source; nothing is read until somebody renews it. */
export function createFleetSource(options: FleetSourceOptions): WrittenFleetSource {
  const { deployed, isDeployedInvalid, authority, isWritable, clock, ttlMs, log } = options;
  const records = new Map<string, WrittenRecord>();
  let readAtMs: number | undefined;
  let nextAtMs = -Infinity;
  let isFailing = false;
  const isUnkept = isWritable && authority === undefined;
  const toldAlways = [...(isDeployedInvalid ? [DEPLOYED_INVALID] : []), ...(isUnkept ? [UNKEPT] : [])];
  if (isUnkept) log({ event: "fleet-unread", problem: UNKEPT });
  let fleet = fleetOf(deployed, { isRegistryInvalid: isDeployedInvalid, problems: toldAlways });
  let said = "";

  /** Make the fleet anew from what is known now. */
  function assemble(): void {
    const joined = joinedRegistry();
    const { windows, problem } = readWindows(records.get(MAINTENANCE_KEY)?.value);
    const isLost = isFailing && readAtMs === undefined;
    const problems = [
      ...toldAlways,
      ...(isLost ? [UNREAD] : isFailing ? [UNREAD_AGAIN] : []),
      ...(joined.problems.length > 0 || problem !== undefined ? [INVALID] : []),
    ];
    const isRegistryInvalid = isDeployedInvalid || isLost || joined.problems.length > 0;
    tell([...joined.problems, ...(problem === undefined ? [] : [problem])], joined.warnings);
    fleet = fleetOf(isRegistryInvalid ? NOTHING : joined.registry, {
      maintenance: windows,
      isRegistryInvalid,
      problems,
    });
    options.onChange();
  }

  function joinedRegistry(): Joined {
    const text = records.get(REGISTRY_KEY)?.value;
    if (text === undefined || isDeployedInvalid) return { registry: deployed, problems: [], warnings: [] };
    try {
      return options.join(JSON.parse(text));
    } catch {
      return { registry: deployed, problems: ["Cannot parse the written registry: not JSON; apply one"], warnings: [] };
    }
  }

  function tell(problems: readonly string[], warnings: readonly string[]): void {
    const all = JSON.stringify([problems, warnings]);
    if (all === said) return;
    said = all;
    for (const problem of problems) log({ event: "registry-error", problem });
    for (const problem of warnings) log({ event: "registry-warning", problem });
  }

  function learn(written: ReadonlyMap<string, WrittenRecord>): boolean {
    const news = [...written].filter(([key, { version }]) => version > (records.get(key)?.version ?? 0));
    for (const [key, record] of news) records.set(key, record);
    return news.length > 0;
  }

  async function renew(): Promise<void> {
    if (authority === undefined) return;
    // Others need not look while this one does.
    nextAtMs = clock.nowMs() + READ_MAX_MS;
    const written = await bounded(authority.recall(), clock);
    const wasFailing = isFailing;
    const isFirst = readAtMs === undefined;
    isFailing = written === undefined;
    if (written !== undefined) readAtMs = clock.nowMs();
    nextAtMs = clock.nowMs() + (isFailing ? RETRY_MS : ttlMs);
    const isNews = written !== undefined && learn(written);
    if (isFailing && !wasFailing) log({ event: "fleet-unread", problem: isFirst ? UNREAD : UNREAD_AGAIN });
    if (isNews || isFailing !== wasFailing) assemble();
  }

  return {
    current: () => fleet,
    age() {
      if (authority === undefined) return "fresh";
      const nowMs = clock.nowMs();
      // A reading that lies ahead was dated by a clock that has been set back since.
      const isDue = nowMs >= nextAtMs || nextAtMs > nowMs + Math.max(ttlMs, RETRY_MS);
      const isOld = readAtMs === undefined || nowMs - readAtMs >= 2 * ttlMs;
      // Who comes while another looks waits too, for nobody knows better; where looking fails, one at a time is enough.
      if (isOld && (isDue || !isFailing)) return "overdue";
      return isDue ? "stale" : "fresh";
    },
    renew,
    learn(written) {
      if (learn(written)) assemble();
    },
  };
}

const NOTHING: Registry = { upstreams: [], groups: [] };

function fleetOf(registry: Registry, rest: Partial<Fleet>): Fleet {
  return { registry, maintenance: [], isRegistryInvalid: false, problems: [], ...rest };
}

/** What the reading gives; undefined when it fails, or takes too long. */
async function bounded<T>(reading: Promise<T>, clock: Clock): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const disarm = clock.after(READ_MAX_MS, () => resolve(undefined));
  try {
    return await Promise.race([reading, late]);
  } catch {
    return undefined;
  } finally {
    disarm();
  }
}
