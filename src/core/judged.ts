import type { Recoveries } from "./culprits.ts";
import type { NameVerdict, TargetReport } from "./report.ts";

/** A verdict, and what could better it. */
export interface Judged {
  readonly verdict: NameVerdict;
  /** What would have to recover for it to be SERVING, worked out when asked for; of a name in maintenance nothing asks. */
  readonly recoveries: () => Recoveries;
}

/** A verdict on what a name is made of. */
export interface JudgedMember extends Judged {
  readonly isCritical: boolean;
}

/** It should serve and does not, or not wholly. */
export function isShortOf({ verdict }: JudgedMember): boolean {
  return verdict.maintenance === undefined && (verdict.status !== "SERVING" || verdict.isDegraded);
}

/** Each target once, in registry order, although groups may name members in another. */
export function unique(reports: readonly TargetReport[]): TargetReport[] {
  return [...new Set(reports)].sort((a, b) => a.index - b.index);
}

/** What `make` gives, made at most once. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
