import type { Report } from "../core/report.ts";

/**
 * Build what an answer needs once per change of the fleet, not once per request.
 *
 * The identity of `report.names` is stable while no verdict, state, problem or age class changes, so it is the key; the
 * garbage collector takes what is built for earlier ones. `build` may not read the time.
 */
export function prepareOnce<T extends object>(
  build: (report: Report, isTrusted: boolean) => T,
): (report: Report, isTrusted: boolean) => T {
  const forStrangers = new WeakMap<Report["names"], T>();
  const forTrusted = new WeakMap<Report["names"], T>();
  return (report, isTrusted) => {
    const known = isTrusted ? forTrusted : forStrangers;
    const found = known.get(report.names);
    if (found !== undefined) return found;
    const built = build(report, isTrusted);
    known.set(report.names, built);
    return built;
  };
}
