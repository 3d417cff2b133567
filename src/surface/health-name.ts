import type {
  HealthAttempt,
  HealthMaintenance,
  HealthMember,
  HealthName,
  HealthPolicy,
  HealthTarget,
} from "../core/health-document.ts";
import type { MaintenanceWindow } from "../core/maintenance.ts";
import type { AnswerReason, FailureKind, Observation } from "../core/observation.ts";
import type { Policy } from "../core/policy.ts";
import { isTold } from "../core/registry.ts";
import type { Derivation, MemberVerdict, NameVerdict, TargetReport } from "../core/report.ts";

/** All that is told of a name, but its age. */
export function healthName(verdict: NameVerdict, isTrusted: boolean): Omit<HealthName, "ageMs"> {
  const { name, kind, status, sinceMs, isDegraded, culprits, maintenance, derivation, target } = verdict;
  return {
    name,
    kind,
    status,
    since: sinceMs === 0 ? null : new Date(sinceMs).toISOString(),
    degraded: isDegraded,
    culprits: keysOf(culprits),
    ...(maintenance && { maintenance: healthMaintenance(maintenance) }),
    ...(derivation && healthDerivation(derivation)),
    ...(target && { target: healthTarget(target, isTrusted) }),
  };
}

function healthMaintenance({ untilMs, reason }: MaintenanceWindow): HealthMaintenance {
  return { until: new Date(untilMs).toISOString(), reason };
}

function healthDerivation({ policy, members }: Derivation) {
  return { policy: healthPolicy(policy), members: members.map(healthMember) };
}

function healthPolicy(policy: Policy): HealthPolicy {
  return policy.kind === "quorum" ? { quorum: policy.k } : policy.kind;
}

/** Names may have hundreds of members, so what is usual of one is left out. */
function healthMember({ name, status, isCritical, isInMaintenance }: MemberVerdict): HealthMember {
  return { name, status, ...(!isCritical && { critical: false }), ...(isInMaintenance && { maintenance: true }) };
}

function healthTarget(report: TargetReport, isTrusted: boolean): HealthTarget {
  const { target, status, freshness, isLate, state, maintenance } = report;
  const { upstream, service } = target;
  const shown = {
    upstream: upstream.name,
    service,
    critical: upstream.critical,
    ...(maintenance && { seen: status }),
    freshness,
    late: isLate,
    suspect: state?.isSuspect ?? false,
    failure: failureOf(state?.observation),
  };
  if (!isTrusted) return shown;
  return {
    ...shown,
    ...(!isTold(upstream) && { address: upstream.url }),
    place: state?.place ?? null,
    message: state?.observation.message ?? null,
    protocol: upstream.protocol === "auto" ? state?.observation.negotiation?.protocol ?? null : upstream.protocol,
    tried: state?.observation.negotiation?.tried ?? [],
    attempts: (state?.attempts ?? []).map(healthAttempt),
  };
}

/** What a probe learned for the next one is told once, of the target. */
function healthAttempt(seen: Observation): HealthAttempt {
  const { negotiation: _, untilMs: _until, ...shown } = seen;
  if (shown.kind === "failed") return shown;
  const { listed: _listed, hasNoList: _hasNoList, told: _told, ...answered } = shown;
  return answered;
}

function failureOf(seen: Observation | undefined): FailureKind | AnswerReason | null {
  if (seen === undefined) return null;
  return seen.kind === "failed" ? seen.failure : seen.reason ?? null;
}

/** Keys of targets, in their order. */
export function keysOf(reports: readonly TargetReport[]): string[] {
  return reports.map(({ target }) => target.key);
}
