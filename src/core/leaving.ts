import type { NameVerdict, Report } from "./report.ts";

/**
 * The report of a Rollcall that is about to stop: every served name is NOT_SERVING, itself included, so that whoever asks
 * goes elsewhere before the port closes (as grpc-go's `health.Server.Shutdown`). What was seen of the targets stays.
 */
export function leavingReport(report: Report): Report {
  const names = leavingNames.get(report.names) ?? namesLeaving(report.names);
  leavingNames.set(report.names, names);
  return { ...report, names, isLeaving: true, problems: [...report.problems, "shutting down"] };
}

/** The identity of `names` tells readers whether anything changed. */
const leavingNames = new WeakMap<Report["names"], Report["names"]>();

function namesLeaving(names: Report["names"]): Report["names"] {
  return new Map([...names].map(([name, verdict]): [string, NameVerdict] => [
    name,
    { ...verdict, status: "NOT_SERVING", sinceMs: 0, isDegraded: false },
  ]));
}
