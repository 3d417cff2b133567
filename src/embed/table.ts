import { combine } from "../core/policy.ts";
import type { ServingStatus } from "../core/status.ts";
import type { Check } from "./check.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Source } from "./source.ts";

/** Which name rests on which checks, and the statuses set by name. */
export interface Table {
  /** `""`, and every name that has checks or was set. */
  names(): readonly string[];
  has(service: string): boolean;
  /** What is known of a name now; undefined for none of `names`. */
  statusOf(service: string): ServingStatus | undefined;
  /** What can be evaluated for a name. */
  evaluationsOf(service: string): readonly Evaluation[];
  /** Set a name's own status, which counts like one more check of it; undefined takes it back. */
  set(service: string, status: ServingStatus | undefined): void;
}

/** Which checks, and where their values come from. */
export interface TableOptions {
  readonly checks: Readonly<Record<string, readonly Check[]>>;
  /** Those of `""`; undefined is every check and every status of all names, each once. */
  readonly overall: readonly Check[] | undefined;
  readonly sourceOf: (check: Check) => Source;
}

/** Create it. `sourceOf` is called once for each check. */
export function createTable({ checks, overall, sourceOf }: TableOptions): Table {
  const checksOf = new Map(Object.entries(checks));
  checksOf.set("", overall ?? [...checksOf.values()].flat());
  const sources = new Map([...new Set([...checksOf.values()].flat())].map((check) => [check, sourceOf(check)]));
  const sourcesOf = new Map([...checksOf].map(([service, list]) => [service, distinct(list, sources)]));
  const set = new Map<string, ServingStatus>();

  function ownStatuses(service: string): readonly ServingStatus[] {
    if (service === "" && overall === undefined) return [...set.values()];
    const status = set.get(service);
    return status === undefined ? [] : [status];
  }

  const has = (service: string) => sourcesOf.has(service) || set.has(service);
  return {
    names: () => [...new Set([...sourcesOf.keys(), ...set.keys()])],
    has,
    statusOf(service) {
      if (!has(service)) return undefined;
      const values = sourcesOf.get(service)?.map((source) => statusOfValue(source.value())) ?? [];
      return combine({ kind: "all" }, [...values, ...ownStatuses(service)]);
    },
    evaluationsOf: (service) => sourcesOf.get(service)?.flatMap(({ evaluation }) => evaluation ?? []) ?? [],
    set(service, status) {
      if (status === undefined) set.delete(service);
      else set.set(service, status);
    },
  };
}

function distinct(checks: readonly Check[], sources: ReadonlyMap<Check, Source>): readonly Source[] {
  return [...new Set(checks)].flatMap((check) => sources.get(check) ?? []);
}

function statusOfValue(value: boolean | undefined): ServingStatus {
  if (value === undefined) return "UNKNOWN";
  return value ? "SERVING" : "NOT_SERVING";
}
