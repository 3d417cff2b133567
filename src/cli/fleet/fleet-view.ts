import type { HealthDocument, HealthName } from "../../core/health-document.ts";
import { DISCOVERED } from "../../core/registry.ts";
import type { ServingStatus } from "../../core/status.ts";
import type { Paint } from "../color.ts";
import { sayDuration } from "../duration.ts";
import { type Cell, renderTable, singleLine } from "../table.ts";
import { whyOf } from "./why.ts";

/**
 * A fleet as a person reads it: the verdict in one line, what is wrong with Rollcall itself, then a table of groups and
 * upstreams, with the targets of each upstream that has several. Each line ends with a line break.
 */
export function fleetView(health: HealthDocument, paint: Paint): string {
  const rows = rowsOf(health.names).map(({ entry, indent }) => cellsOf(entry, indent, health.time));
  const table = rows.length === 0 ? [] : ["", ...renderTable(HEADER, rows, paint)];
  const problems = health.problems.map((problem) => paint("yellow", `! ${singleLine(problem)}`));
  return [headline(health, paint), ...problems, ...table].map((line) => `${line}\n`).join("");
}

/** The colour of a serving status, in every table. */
export const STATUS_COLORS = {
  SERVING: "green",
  NOT_SERVING: "red",
  UNKNOWN: "yellow",
} as const satisfies Record<ServingStatus, NonNullable<Cell["color"]>>;

const HEADER = ["NAME", "STATUS", "SINCE", "CHECKED", "LATENCY", "PROTOCOL", "WHY"];

function headline({ servingStatus, status, output, counts, ageMs }: HealthDocument, paint: Paint): string {
  const verdict = output === undefined
    ? paint(STATUS_COLORS[servingStatus], servingStatus)
    : paint("yellow", singleLine(output));
  const maintained = counts.maintenance > 0 ? `, ${counts.maintenance} in maintenance` : "";
  const checked = ageMs === null ? "" : `, checked ${sayAge(ageMs)}`;
  const warning = status === "warn" ? ", with a warning" : "";
  return `${verdict}  ${counts.serving} of ${counts.targets} targets serve${maintained}${checked}${warning}`;
}

function sayAge(ageMs: number): string {
  return ageMs < 1_000 ? "now" : `${sayDuration(ageMs)} ago`;
}

interface Row {
  readonly entry: HealthName;
  readonly indent: string;
}

/** An upstream with one target is one row, that of its target under its own name. */
function rowsOf(names: readonly HealthName[]): Row[] {
  const ofKind = (kind: HealthName["kind"]) => names.filter((entry) => entry.kind === kind);
  const targets = Map.groupBy(ofKind("target"), ({ target }) => target?.upstream ?? "");
  const upstreams = ofKind("upstream").flatMap((upstream): Row[] => {
    const own = targets.get(upstream.name) ?? [];
    const [only] = own;
    if (own.length === 1 && only !== undefined) return [{ entry: { ...only, name: displayName(only) }, indent: "" }];
    const whole = { entry: upstream, indent: "" };
    return [whole, ...own.map((entry) => ({ entry: { ...entry, name: serviceName(entry) }, indent: "  " }))];
  });
  return [...ofKind("group").map((entry) => ({ entry, indent: "" })), ...upstreams];
}

/** One that discovers its services, and knows none yet, is all there is to see of its upstream. */
function displayName({ name, target }: HealthName): string {
  return target === undefined || (target.service !== "" && target.service !== DISCOVERED) ? name : target.upstream;
}

function serviceName({ target }: HealthName): string {
  return target === undefined || target.service === "" ? '""' : target.service;
}

function cellsOf(entry: HealthName, indent: string, time: string): Cell[] {
  const { name, status, since, ageMs, target, maintenance } = entry;
  const sinceMs = since === null ? undefined : Date.parse(time) - Date.parse(since);
  const latencyMs = target?.attempts?.at(-1)?.latencyMs;
  return [
    { text: `${indent}${name}` },
    maintenance === undefined ? { text: status, color: STATUS_COLORS[status] } : maintainedCell(target?.seen),
    { text: sinceMs === undefined ? "" : sayDuration(sinceMs) },
    { text: ageMs === null ? "" : sayAge(ageMs) },
    { text: latencyMs === undefined ? "" : `${Math.round(latencyMs)} ms` },
    { text: target?.protocol ?? "" },
    { text: whyOf(entry), color: status === "SERVING" ? "dim" : undefined },
  ];
}

/** What is in maintenance is neither up nor down to a person, whatever was seen of it. */
function maintainedCell(seen: ServingStatus | undefined): Cell {
  return { text: seen === undefined ? "maintenance" : `maintenance (${seen})`, color: "yellow" };
}
