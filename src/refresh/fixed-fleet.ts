import type { Fleet } from "../core/fleet.ts";
import type { Registry } from "../core/registry.ts";
import type { FleetSource } from "../ports.ts";

/** A fleet that never changes. */
export function fixedFleet(registry: Registry, rest: Partial<Fleet> = {}): FleetSource {
  const fleet: Fleet = { registry, maintenance: [], isRegistryInvalid: false, problems: [], ...rest };
  return { current: () => fleet, age: () => "fresh", renew: () => Promise.resolve() };
}
