import type { HealthMember, HealthPolicy } from "../../core/health-document.ts";

/** How a group came to its status, as `1 of 3 serve, 2 must`; those in maintenance are counted apart. `""` where no more than one counts. */
export function derivationText(policy: HealthPolicy = "all", members: readonly HealthMember[] = []): string {
  const critical = members.filter((member) => member.critical !== false);
  if (critical.length < 2) return "";
  const counted = critical.filter((member) => member.maintenance !== true);
  const serving = counted.filter(({ status }) => status === "SERVING").length;
  const maintained = critical.length - counted.length;
  const apart = maintained === 0 ? "" : `, ${maintained} in maintenance`;
  return `${serving} of ${counted.length} serve, ${needed(policy, counted.length)} must${apart}`;
}

/** A quorum asks no more than there are: `reducedTo()` of the core. */
function needed(policy: HealthPolicy, count: number): string {
  if (typeof policy === "object") return String(Math.min(policy.quorum, count));
  return policy === "all" ? "all" : "one";
}
