import type { Config } from "../../config.ts";
import type { Paint } from "../color.ts";
import { sayDuration } from "../duration.ts";
import { renderTable } from "../table.ts";
import type { Cost } from "./cost.ts";
import { beyondFreePlan, FREE_PLAN } from "./plan.ts";

/** A cost as a person reads it. Each line ends with a line break. */
export function costView(config: Config, cost: Cost, paint: Paint): string {
  const totals = [
    ["a refresh", refreshText(cost)],
    ["KV a day", kvText(cost)],
    ["CPU a refresh", cost.cpuMs === undefined ? "" : `about ${cost.cpuMs.toFixed(1)} ms on Workers`],
    ["plan", cost.platform === "workers" ? planText(config, cost) : ""],
  ].filter(([, text]) => text !== "").map(([what = "", text = ""]) => `${`${what}:`.padEnd(15)}${text}`);
  const rows = cost.upstreams.map(({ name, withReaders, withoutReaders }) => {
    const ttlMs = config.registry.upstreams.find((upstream) => upstream.name === name)?.ttlMs ?? 0;
    return [name, perMinute(withReaders), perMinute(withoutReaders), sayDuration(ttlMs)].map((text) => ({ text }));
  });
  const header = ["PROBES A MINUTE OF", "WITH READERS", "WITHOUT", "TTL"];
  const table = rows.length === 0 ? [] : ["", ...renderTable(header, rows, paint)];
  return ["", ...totals, ...table].map((line) => `${line}\n`).join("");
}

function refreshText({ probes, targets, negotiation, refreshesPerRound, kv }: Cost): string {
  const all = probes < targets ? ` of ${targets} targets, all within ${refreshesPerRound} refreshes` : "";
  const extra = negotiation > 0 ? `, up to ${negotiation} more while upstreams find out what they speak` : "";
  const store = kv === undefined ? "" : ", up to 3 KV operations";
  return `${probes} ${probes === 1 ? "probe" : "probes"}${all}${extra}${store}; a failure is confirmed by up to 4 more`;
}

function kvText({ kv }: Cost): string {
  if (kv === undefined) return "";
  return `about ${kv.reads} reads, and one for each isolate that was idle; ${kv.writes} writes, ${kv.writesMax} at most`;
}

function planText(config: Config, cost: Cost): string {
  const beyond = beyondFreePlan(config.knobs, cost);
  if (beyond.length > 0) return `needs the paid plan: ${beyond.join("; ")}`;
  const { subrequests, cpuMs, kvReads, kvWrites } = FREE_PLAN;
  return `fits the free one (${subrequests} subrequests, ${cpuMs} ms of CPU; ${kvReads} KV reads, ${kvWrites} writes a day)`;
}

function perMinute(probes: number): string {
  return probes === 0 ? "none" : String(Math.round(probes * 100) / 100);
}
