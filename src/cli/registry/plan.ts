import type { Config } from "../../config.ts";
import { confirmReserve } from "../../core/due.ts";
import { isDiscovered } from "../../core/registry.ts";
import type { Cost } from "./cost.ts";

/** What the free plan of Workers gives. */
export const FREE_PLAN = {
  /** Of one invocation. https://developers.cloudflare.com/workers/platform/limits/#subrequests */
  subrequests: 50,
  /** Of one invocation, in milliseconds. https://developers.cloudflare.com/workers/platform/limits/#cpu-time */
  cpuMs: 10,
  /** A day, of the whole account. https://developers.cloudflare.com/kv/platform/limits/ */
  kvReads: 100_000,
  kvWrites: 1_000,
} as const;

/** What the free plan cannot carry; empty when the fleet fits it. Of Workers only. */
export function beyondFreePlan({ probesPerInvocation }: Config["knobs"], { targets, cpuMs, kv }: Cost): string[] {
  const subrequests = Math.min(targets, probesPerInvocation);
  return [
    subrequests > FREE_PLAN.subrequests ? `${subrequests} subrequests a refresh, of ${FREE_PLAN.subrequests}` : "",
    (cpuMs ?? 0) > FREE_PLAN.cpuMs ? `about ${Math.round(cpuMs ?? 0)} ms of CPU a refresh, of ${FREE_PLAN.cpuMs}` : "",
    (kv?.writesMax ?? 0) > FREE_PLAN.kvWrites ? `${kv?.writesMax} KV writes a day, of ${FREE_PLAN.kvWrites}` : "",
    (kv?.reads ?? 0) > FREE_PLAN.kvReads ? `${kv?.reads} KV reads a day, of ${FREE_PLAN.kvReads}` : "",
  ].filter((text) => text !== "");
}

/** What works, yet not as its author may think. Each with its fix. */
export function warningsOf({ registry: { upstreams }, knobs }: Config, cost: Cost, isScheduled: boolean): string[] {
  const { targets, refreshesPerRound, platform, kv } = cost;
  const { probesPerInvocation } = knobs;
  const auto = upstreams.filter(({ protocol }) => protocol === "auto").map(({ name }) => name);
  const discovered = upstreams.filter(isDiscovered).map(({ name }) => name);
  const isRoundabout = targets > probesPerInvocation;
  const isUnconfirmed = !isRoundabout && targets > probesPerInvocation - confirmReserve(probesPerInvocation);
  return [
    upstreams.length === 0 ? "no upstream is registered, so the fleet is UNKNOWN; add one, as by rollcall init" : "",
    isRoundabout
      ? `${targets} targets are more than PROBES_PER_INVOCATION (${probesPerInvocation}): each is probed in one of ${refreshesPerRound} refreshes; raise it on a paid plan, or split the fleet`
      : "",
    isUnconfirmed
      ? `${targets} targets leave few of PROBES_PER_INVOCATION (${probesPerInvocation}) to confirm failures by, so an outage of many shows one refresh later; raise it on a paid plan`
      : "",
    platform === "workers" && kv === undefined
      ? 'no KV namespace is bound as KV, so each isolate knows only what it saw itself; add [[kv_namespaces]] binding = "KV"'
      : "",
    isScheduled ? "" : 'nothing refreshes the fleet while nobody asks; add [triggers] crons = ["* * * * *"]',
    auto.length > 0
      ? `${list(auto)} ${
        auto.length === 1 ? "finds" : "find"
      } out what they speak at the price of further requests, in each new isolate too; write protocol, as rollcall init does`
      : "",
    discovered.length > 0 ? `${list(discovered)} may list any number of names; LIST_MAX is ${knobs.listMax}` : "",
  ].filter((text) => text !== "");
}

const NAMES_SHOWN = 5;

function list(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown;
}
