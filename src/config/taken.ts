import type { Registry, Upstream } from "../core/registry.ts";
import { type FleetNames, namesOf, ownerOf } from "./names.ts";

/** Which names the deployed fleet has: what is written at run time may not have them too. */
export interface Taken {
  /** The deployed name that an upstream, or a service of its, would stand for too; undefined when there is none. */
  byUpstream(upstream: Upstream): string | undefined;
  /** The deployed name that a group would have too. */
  byGroup(name: string): string | undefined;
}

/** Collect them: of upstreams, groups, services and `upstream/service`. */
export function createTaken({ upstreams, groups }: Registry): Taken {
  const names = namesOf(upstreams);
  const groupNames = new Set(groups.map(({ name }) => name));
  const isWhole = (name: string) =>
    names.upstreams.has(name) || groupNames.has(name) || ownerOf(name, names) !== undefined;
  const isTaken = (name: string) => isWhole(name) || names.services.has(name);
  return {
    byUpstream: (upstream) => {
      if (isTaken(upstream.name)) return upstream.name;
      // A service that several upstreams list is one name; it may not be the name of anything else.
      const own = namesOf([upstream]);
      return [...own.services].find(isWhole) ?? [...names.services, ...groupNames].find((name) => isOwned(name, own));
    },
    byGroup: (name) => isTaken(name) ? name : undefined,
  };
}

function isOwned(name: string, own: FleetNames): boolean {
  return ownerOf(name, own) !== undefined;
}
