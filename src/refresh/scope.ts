import type { Fleet } from "../core/fleet.ts";
import { questionOf } from "../core/question.ts";
import { type Target, targetsOf } from "../core/registry.ts";
import type { FleetSource } from "../ports.ts";

/** What the loop works on: the fleet of this moment, and what follows from it. */
export interface Scope {
  readonly fleet: Fleet;
  /** By key, in registry order. */
  readonly targets: ReadonlyMap<string, Target>;
  readonly longestProbeMs: number;
  /** What is watched and how, as text: while it is the same, so are the Watch streams to keep. It may hold secrets. */
  readonly watched: string;
}

/**
 * Make the loop's view of its fleet; it is worked out anew only when the fleet is another.
 *
 * @param onChange Told of each scope but the first, and of the one before, before anybody works on it.
 */
export function createScope(source: FleetSource, onChange: (scope: Scope, before: Scope) => void): () => Scope {
  let scope = scopeOf(source.current());
  return () => {
    const fleet = source.current();
    if (fleet === scope.fleet) return scope;
    const before = scope;
    scope = scopeOf(fleet);
    onChange(scope, before);
    return scope;
  };
}

/** Keys of the targets that are gone, or are asked something else than before, or at another address. */
export function goneFrom(before: Scope, now: Scope): readonly string[] {
  const isGone = ({ key, upstream }: Target) => {
    const target = now.targets.get(key);
    return target === undefined || questionOf(target.upstream) !== questionOf(upstream);
  };
  return [...before.targets.values()].filter(isGone).map(({ key }) => key);
}

function scopeOf(fleet: Fleet): Scope {
  const { upstreams } = fleet.registry;
  return {
    fleet,
    targets: new Map(targetsOf(fleet.registry).map((target) => [target.key, target])),
    watched: JSON.stringify(upstreams.filter(({ isWatched }) => isWatched === true)),
    longestProbeMs: Math.max(0, ...upstreams.map(({ timeoutMs }) => timeoutMs)),
  };
}
