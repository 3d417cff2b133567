import type { HealthMaintenance, HealthName, HealthTarget } from "../../core/health-document.ts";
import { derivationText } from "./derivation-text.ts";

/** What there is to say of a name besides its status: what failed, in whose words, and what is odd about it; `""` when all is well. */
export function whyOf({ kind, status, degraded, culprits, maintenance, policy, members, target }: HealthName): string {
  const seen = target?.seen ?? status;
  const why = target === undefined ? "" : whyOfTarget(target, seen);
  if (maintenance !== undefined) return [maintenanceText(maintenance), why].filter((text) => text !== "").join("; ");
  if (kind !== "group" || (status === "SERVING" && !degraded)) return degraded ? "degraded" : why;
  const derivation = derivationText(policy, members);
  const blamed = degraded ? "degraded" : culprits.map(bare).join(", ");
  return [derivation, blamed].filter((text) => text !== "").join(degraded ? "; " : ": ");
}

function maintenanceText({ until, reason }: HealthMaintenance): string {
  return `until ${until.replace(/\.\d+Z$/, "Z")}${reason === "" ? "" : `: ${reason}`}`;
}

function whyOfTarget(target: HealthTarget, status: HealthName["status"]): string {
  const { failure, message, suspect, late, critical, attempts = [], tried = [] } = target;
  const isBare = failure === null && status === "NOT_SERVING";
  const verdict = isBare ? "answers NOT_SERVING" : failure ?? "";
  const what = [verdict, message ?? ""].filter((text) => text !== "").join(": ");
  // A single protocol tried in vain is told by the message already.
  const vain = tried.length < 2 || status === "SERVING"
    ? ""
    : `tried ${tried.map(({ protocol, seen }) => `${protocol} (${seen})`).join(", ")}`;
  return [
    what,
    vain,
    attempts.length > 1 ? `${attempts.length} attempts` : "",
    suspect ? "not confirmed yet" : "",
    late ? "late" : "",
    critical ? "" : "optional",
  ].filter((text) => text !== "").join("; ");
}

/** `checkout/` is the server as a whole. */
function bare(key: string): string {
  return key.endsWith("/") ? key.slice(0, -1) : key;
}
