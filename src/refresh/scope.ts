import type { Fleet } from "../core/fleet.ts";
import { type Target, targetsOf } from "../core/registry.ts";
import type { FleetSource } from "../ports.ts";

/** What the loop works on: the fleet of this moment, and what follows from it. */
export interface Scope {
  readonly fleet: Fleet;
  /** By key, in registry order. */
  readonly targets: ReadonlyMap<string, Target>;
  readonly longestProbeMs: number;
}

/**
 * Make the loop's view of its fleet; it is worked out anew only when the fleet is another.
 *
 * @param onChange Told of each scope but the first, before anybody works on it.
 */
export function createScope(source: FleetSource, onChange: (scope: Scope) => void): () => Scope {
  let scope = scopeOf(source.current());
  return () => {
    const fleet = source.current();
    if (fleet === scope.fleet) return scope;
    scope = scopeOf(fleet);
    onChange(scope);
    return scope;
  };
}

function scopeOf(fleet: Fleet): Scope {
  const { upstreams } = fleet.registry;
  return {
    fleet,
    targets: new Map(targetsOf(fleet.registry).map((target) => [target.key, target])),
    longestProbeMs: Math.max(0, ...upstreams.map(({ timeoutMs }) => timeoutMs)),
  };
}
