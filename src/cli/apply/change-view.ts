import type { PreviewResponse, RegistryDiff } from "../../gen/rollcall/v1/registry_pb.ts";
import type { Paint } from "../color.ts";
import { renderTable, singleLine } from "../table.ts";
import { paintStatus, statusColor, statusName } from "../told-status.ts";

/** What a candidate would change, and its live verdict, as a person reads them. Each line ends with a line break. */
export function changeView(preview: PreviewResponse, paint: Paint): string {
  return [...diffLines(preview.diff, paint), "", ...verdictLines(preview, paint), ...costLines(preview)]
    .map((line) => `${line}\n`).join("");
}

/** Whether a candidate is another registry than the one in force. */
export function isChange(diff: RegistryDiff | undefined): boolean {
  return diff !== undefined && [diff.added, diff.removed, diff.changed].some((names) => names.length > 0);
}

function diffLines(diff: RegistryDiff | undefined, paint: Paint): string[] {
  if (diff === undefined || !isChange(diff)) return ["nothing changes"];
  return [
    ...diff.removed.map((name) => paint("red", `- ${singleLine(name)}`)),
    ...diff.changed.map((name) => paint("yellow", `~ ${singleLine(name)}`)),
    ...diff.added.map((name) => paint("green", `+ ${singleLine(name)}`)),
  ];
}

/** Of a large fleet only what does not serve, and what changes. */
function verdictLines({ status, names, diff }: PreviewResponse, paint: Paint): string[] {
  const touched = new Set([...diff?.added ?? [], ...diff?.changed ?? []]);
  // "" is the fleet, whose verdict stands above.
  const entries = names.filter(({ name }) => name !== "").map((entry) => ({
    ...entry,
    said: statusName(entry.status),
  }));
  const shown = entries.filter(({ name, said }) => said !== "SERVING" || touched.has(name));
  const rest = entries.length - shown.length;
  const rows = shown.map(({ name, said, cause, message }) => [
    { text: name },
    { text: said, color: statusColor(said) },
    { text: [cause, message].filter((text) => text !== "").join(": ") || ownWord(said) },
  ]);
  const table = rows.length === 0 ? [] : renderTable(["NAME", "STATUS", "WHY"], rows, paint);
  return [
    `then, as probed now: ${paintStatus(statusName(status), paint)}`,
    ...table,
    ...(rest > 0 ? [`${shown.length > 0 ? "and " : ""}${rest} more, SERVING`] : []),
  ];
}

/** What needs no cause, for it was answered. */
function ownWord(said: string): string {
  return said === "NOT_SERVING" ? "answers NOT_SERVING" : "";
}

function costLines({ cost }: PreviewResponse): string[] {
  if (cost === undefined) return [];
  const perMinute = Math.round(cost.probesPerMinute * 100) / 100;
  const probes = cost.probesPerRefresh === 1 ? "probe" : "probes";
  return [`cost: ${cost.probesPerRefresh} ${probes} a refresh, ${perMinute} a minute at most`];
}
