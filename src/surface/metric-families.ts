import type { NameVerdict, Report, TargetReport } from "../core/report.ts";
import { SERVING_STATUSES } from "../core/status.ts";
import { VERSION } from "../core/version.ts";

/** One gauge, and what is measured of it. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** One series, such as `{name="checkout"}`, and its value. */
export interface Sample {
  readonly labels: string;
  readonly value: number;
}

/**
 * What `/metrics` says of a report, but for the ages, which need the time.
 *
 * All are gauges, the state set too: OpenMetrics would name its label `rollcall_status`, and one query has to fit both
 * formats. The fleet is there once, as `readiness`, for Prometheus takes a label that is `""` for none.
 */
export function metricFamilies(report: Report): readonly MetricFamily[] {
  const names = [...report.names.values()].filter(({ name }) => name !== "").map(named);
  const combined = names.filter(({ verdict }) => verdict.kind !== "target");
  const targets = [...report.names.values()].flatMap(targetOf);
  return [
    family("build_info", "1, labelled with the version of Rollcall.", [{
      labels: `{version="${VERSION}"}`,
      value: 1,
    }]),
    family("status", "1 for the serving status a name has, 0 for those it has not.", names.flatMap(stateSet)),
    family("degraded", "1 when a name is SERVING although an optional or spare member is not.", combined.map(degraded)),
    family(
      "in_maintenance",
      "1 when a name is in maintenance, and therefore NOT_SERVING.",
      names.map(inMaintenance),
    ),
    family("last_change_timestamp_seconds", "When a name's serving status became what it is.", names.flatMap(since)),
    family("latency_seconds", "How long the decisive probe of a target took.", targets.flatMap(latency)),
    family("late", "1 when a target's status is old, for its refresh did not finish.", targets.map(late)),
    family("suspect", "1 when a target's last probe failed and is not confirmed yet.", targets.map(suspect)),
    family("targets", "How many targets have a serving status.", counts(report)),
    family("problems", "How many things are wrong with Rollcall itself.", [
      { labels: "", value: report.problems.length },
    ]),
  ];
}

/** When each target was last observed, in milliseconds since the Unix epoch: the ages are counted from these. */
export function checkedAtMs(report: Report): readonly Sample[] {
  return [...report.names.values()].flatMap(targetOf).flatMap(({ labels, seen: { state } }) =>
    state === undefined ? [] : [{ labels, value: state.checkedAtMs }]
  );
}

function family(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name: `rollcall_${name}`, help, samples };
}

/** Fit for a label's value, which may be anything, for upstreams name what they list. */
function escaped(value: string): string {
  // https://prometheus.io/docs/instrumenting/exposition_formats/#comments-help-text-and-type-information
  return value.replaceAll(/[\\"\n]/g, (character) => character === "\n" ? "\\n" : `\\${character}`);
}

interface NamedVerdict {
  readonly labels: string;
  readonly verdict: NameVerdict;
}

function named(verdict: NameVerdict): NamedVerdict {
  return { labels: `{name="${escaped(verdict.name)}",kind="${verdict.kind}"}`, verdict };
}

function stateSet({ labels, verdict }: NamedVerdict): Sample[] {
  return SERVING_STATUSES.map((status) => ({
    labels: `${labels.slice(0, -1)},status="${status}"}`,
    value: status === verdict.status ? 1 : 0,
  }));
}

function degraded({ labels, verdict }: NamedVerdict): Sample {
  return { labels, value: verdict.isDegraded ? 1 : 0 };
}

function inMaintenance({ labels, verdict }: NamedVerdict): Sample {
  return { labels, value: verdict.maintenance === undefined ? 0 : 1 };
}

function since({ labels, verdict: { sinceMs } }: NamedVerdict): Sample[] {
  return sinceMs === 0 ? [] : [{ labels, value: sinceMs / 1_000 }];
}

interface MeasuredTarget {
  readonly labels: string;
  readonly seen: TargetReport;
}

function targetOf({ name, target }: NameVerdict): MeasuredTarget[] {
  if (target === undefined) return [];
  const upstream = escaped(target.target.upstream.name);
  return [{ labels: `{name="${escaped(name)}",upstream="${upstream}"}`, seen: target }];
}

function latency({ labels, seen: { state } }: MeasuredTarget): Sample[] {
  if (state === undefined) return [];
  // In whole microseconds: more digits are noise.
  return [{ labels, value: Math.round(state.observation.latencyMs * 1_000) / 1_000_000 }];
}

function late({ labels, seen }: MeasuredTarget): Sample {
  return { labels, value: seen.isLate ? 1 : 0 };
}

function suspect({ labels, seen: { state } }: MeasuredTarget): Sample {
  return { labels, value: state?.isSuspect === true ? 1 : 0 };
}

function counts({ targets }: Report): Sample[] {
  return SERVING_STATUSES.map((status) => ({
    labels: `{status="${status}"}`,
    value: targets.filter((seen) => seen.status === status).length,
  }));
}
