import { createReport } from "../../src/core/create-report.ts";
import type { MaintenanceWindow } from "../../src/core/maintenance.ts";
import type { Observation } from "../../src/core/observation.ts";
import type { Group, Upstream } from "../../src/core/registry.ts";
import { targetKey } from "../../src/core/registry.ts";
import type { Load, LoadOptions, Report } from "../../src/core/report.ts";
import { EMPTY_SNAPSHOT, type TargetState } from "../../src/core/snapshot.ts";
import type { ServingStatus } from "../../src/core/status.ts";

/** The time of every report made here unless it says otherwise. */
export const NOW_MS = Date.UTC(2026, 10, 21, 12, 0, 0);

/** What a test says of one upstream; the state is that of each of its services. */
export interface FleetMember extends Partial<Upstream> {
  readonly name: string;
  /** Undefined: never probed. */
  readonly state?: TargetState;
}

export interface FleetOptions {
  readonly groups?: readonly Group[];
  readonly nowMs?: number;
  readonly maintenance?: readonly MaintenanceWindow[];
  readonly problems?: readonly string[];
  readonly isRegistryInvalid?: boolean;
  readonly probesLeft?: number;
}

/** A report on a fleet, made by the real core. */
export function reportOn(members: readonly FleetMember[], options: FleetOptions = {}): Report {
  const { groups = [], nowMs = NOW_MS, ...rest } = options;
  const problems = rest.problems ?? (rest.isRegistryInvalid === true ? ["registry invalid: see the boot log"] : []);
  const upstreams = members.map(({ state: _state, ...given }) => upstream(given));
  const targets = members.flatMap(({ name, services = [""], state }) =>
    state === undefined ? [] : services.map((service) => [targetKey(name, service), state] as const)
  );
  const bounds = { ttlMs: 15_000, staleMs: 30_000, expireMs: 600_000 };
  return createReport({
    registry: { upstreams, groups },
    snapshot: { ...EMPTY_SNAPSHOT, targets: Object.fromEntries(targets) },
    view: { nowMs, place: "test", bounds },
    ...rest,
    problems,
  });
}

function upstream(given: Partial<Upstream> & { readonly name: string }): Upstream {
  return {
    url: `https://${given.name}.internal.example:8443`,
    protocol: "grpc-web",
    codec: "proto",
    services: [""],
    timeoutMs: 1_500,
    ttlMs: 15_000,
    critical: true,
    headers: { authorization: "upstream-secret" },
    ...given,
  };
}

/** A state whose decisive observation is an answer. */
export function answered(status: ServingStatus, more: Partial<TargetState> = {}): TargetState {
  return stateOf(status, { kind: "answered", status, latencyMs: 12 }, more);
}

/** A state believed down because probes failed. */
export function failed(
  failure: Extract<Observation, { kind: "failed" }>["failure"],
  message?: string,
  more: Partial<TargetState> = {},
): TargetState {
  const observation = {
    kind: "failed",
    failure,
    latencyMs: 34,
    ...(message === undefined ? {} : { message }),
  } as const;
  return stateOf("NOT_SERVING", observation, { isDownByFailure: true, ...more });
}

/** A state of the given status and observation, checked three seconds before {@link NOW_MS}. */
export function stateOf(
  status: ServingStatus,
  observation: Observation,
  more: Partial<TargetState> = {},
): TargetState {
  return {
    status,
    sinceMs: NOW_MS - 60_000,
    checkedAtMs: NOW_MS - 3_000,
    place: "test",
    observation,
    attempts: [observation],
    isSuspect: false,
    isDownByFailure: false,
    rises: 0,
    ...more,
  };
}

/** A load that gives the same report to everyone, and keeps what it was asked. */
export function fixedLoad(report: Report): { readonly load: Load; readonly asked: LoadOptions[] } {
  const asked: LoadOptions[] = [];
  const load: Load = (options = {}) => {
    asked.push(options);
    return Promise.resolve(report);
  };
  return { load, asked };
}
