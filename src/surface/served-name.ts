import type { MaintenanceWindow } from "../core/maintenance.ts";
import type { NameVerdict, Report } from "../core/report.ts";
import type { ServingStatus } from "../core/status.ts";

/** The name of Rollcall itself: SERVING while it answers, so that asking for it needs no report. */
export const LIVENESS = "liveness";

/** The status of Rollcall itself, which goes with it: from SIGTERM on it is NOT_SERVING, so that callers turn elsewhere. */
export function livenessStatus({ leaving }: { readonly leaving?: AbortSignal }): ServingStatus {
  return leaving?.aborted === true ? "NOT_SERVING" : "SERVING";
}

/**
 * The status of a served name; undefined when no such name is served.
 *
 * With a registry that did not parse nobody can say which names there are, so every one is UNKNOWN.
 */
export function statusOf(report: Report, name: string): ServingStatus | undefined {
  if (report.isRegistryInvalid && report.isLeaving) return "NOT_SERVING";
  if (report.isRegistryInvalid) return name === LIVENESS ? "SERVING" : "UNKNOWN";
  return report.names.get(name)?.status;
}

/** The fleet's status. */
export function fleetStatus(report: Report): ServingStatus {
  return statusOf(report, "") ?? "UNKNOWN";
}

/** The window that the whole fleet is in maintenance by; undefined when it is not, or when that is not why it does not serve. */
export function fleetMaintenance(report: Report): MaintenanceWindow | undefined {
  if (report.isLeaving || report.isObserverSuspect || report.isRegistryInvalid) return undefined;
  return report.names.get("")?.maintenance;
}

/** Good news that may be kept: SERVING, and no failure waits to be confirmed behind it. */
export function isSettled({ status, restsOn }: NameVerdict): boolean {
  return status === "SERVING" && restsOn.every(({ state }) => state?.isSuspect !== true);
}

/** {@link isSettled} of the fleet. */
export function isFleetSettled(report: Report): boolean {
  const fleet = report.isRegistryInvalid ? undefined : report.names.get("");
  return fleet !== undefined && isSettled(fleet);
}

/** The names `List` returns: the fleet as `""`, upstreams, services and groups; not the pairs, which may be very many. */
export function listedNames(report: Report): readonly NameVerdict[] {
  return [...report.names.values()].filter(({ name, kind }) => name === "" || LISTED_KINDS.has(kind));
}

const LISTED_KINDS: ReadonlySet<string> = new Set(["upstream", "service", "group"]);
