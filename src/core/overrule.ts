import type { NameVerdict, Report } from "./report.ts";
import type { ServingStatus } from "./status.ts";

/**
 * Make what gives every name one status, whatever its targets are, and each member that it is derived from too.
 *
 * The same names give the same: their identity tells readers whether anything changed.
 *
 * @param isSpared Whether a name keeps its own; default: none does.
 */
export function createOverrule(
  status: ServingStatus,
  isSpared: (verdict: NameVerdict) => boolean = () => false,
): (names: Report["names"]) => Report["names"] {
  const known = new WeakMap<Report["names"], Report["names"]>();
  const overruled = (verdict: NameVerdict): NameVerdict => {
    const { derivation } = verdict;
    const members = derivation?.members.map((member) => ({ ...member, status }));
    return {
      ...verdict,
      status,
      sinceMs: 0,
      isDegraded: false,
      ...(derivation && members && { derivation: { ...derivation, members } }),
    };
  };
  return (names) => {
    const found = known.get(names) ??
      new Map([...names].map(([name, verdict]) => [name, isSpared(verdict) ? verdict : overruled(verdict)] as const));
    known.set(names, found);
    return found;
  };
}
