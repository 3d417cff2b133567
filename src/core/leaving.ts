import { createOverrule } from "./overrule.ts";
import type { Report } from "./report.ts";

/**
 * The report of a Rollcall that is about to stop: every served name is NOT_SERVING, itself included, so that whoever asks
 * goes elsewhere before the port closes (as grpc-go's `health.Server.Shutdown`). What was seen of the targets stays.
 */
export function leavingReport(report: Report): Report {
  return {
    ...report,
    names: notServing(report.names),
    isLeaving: true,
    problems: [...report.problems, "shutting down"],
  };
}

const notServing = createOverrule("NOT_SERVING");
