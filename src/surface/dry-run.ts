import type { Report, TargetReport } from "../core/report.ts";
import { attemptLines, failureText } from "./culprit.ts";
import { maintenanceText } from "./maintenance-text.ts";
import { fleetMaintenance, fleetStatus } from "./served-name.ts";

/** `jina.StatusProto` as Jina's gateway writes it over HTTP; the keys are in Jina's order. */
export interface DryRun {
  readonly code: 0 | 1;
  readonly description: string;
  readonly exception: DryRunException | null;
}

/** `jina.StatusProto.ExceptionProto`. */
export interface DryRunException {
  readonly name: string;
  /** One text per culprit, in registry order. */
  readonly args: readonly string[];
  /** The trace of attempts, one line each, for trusted callers; never a stack. */
  readonly stacks: readonly string[];
  readonly executor: string;
}

/** Is the fleet ready, in the shape Jina's clients expect? `code` is 0 exactly when the fleet is SERVING. */
export function dryRun(report: Report, isTrusted: boolean): DryRun {
  if (fleetStatus(report) === "SERVING") return { code: 0, description: "", exception: null };
  const culprits = report.names.get("")?.culprits ?? [];
  const args = withoutCulprits(report) ?? culprits.map((culprit) => failureText(culprit, isTrusted));
  return { code: 1, description: args.join("\n"), exception: networkError(args, isTrusted ? culprits : []) };
}

/** What to say of a fleet that cannot be judged, or not from here, or not by this process any more; and of one made of nothing, in maintenance. */
function withoutCulprits(report: Report): readonly string[] | undefined {
  if (report.isLeaving) return ["|Gateway: Rollcall is shutting down"];
  if (report.isRegistryInvalid) return [`|Gateway: ${report.problems[0] ?? "registry invalid"}`];
  if (report.isObserverSuspect) return ["|Gateway: observer_suspect: nearly all fails from here, and the canary too"];
  if (report.registry.upstreams.length === 0) return ["|Gateway: no upstreams registered"];
  const maintenance = fleetMaintenance(report);
  const isMadeOfNothing = report.names.get("")?.culprits.length === 0;
  return maintenance && isMadeOfNothing ? [`|Gateway: the fleet is ${maintenanceText(maintenance)}`] : undefined;
}

function networkError(args: readonly string[], traced: readonly TargetReport[]): DryRunException {
  return { name: "InternalNetworkError", args, stacks: traced.flatMap(attemptLines), executor: "" };
}
