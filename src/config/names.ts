import { DISCOVERED, isDiscovered, targetKey, type Upstream } from "../core/registry.ts";
import { childField, refuse } from "./field.ts";
import type { UpstreamEntry } from "./upstreams.ts";

/** What the names that upstreams bring along stand for. */
export interface FleetNames {
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** By target key; those of discovered services are not known yet. */
  readonly targets: ReadonlyMap<string, Upstream>;
  /** Without `""`, which is the fleet's name, and without those discovered. */
  readonly services: ReadonlySet<string>;
}

/** Collect the names of all upstreams. */
export function namesOf(upstreams: readonly Upstream[]): FleetNames {
  return {
    upstreams: new Map(upstreams.map((upstream) => [upstream.name, upstream])),
    targets: new Map(
      upstreams.flatMap((upstream) =>
        configured(upstream).map((service) => [targetKey(upstream.name, service), upstream] as const)
      ),
    ),
    services: new Set(upstreams.flatMap(configured).filter((service) => service !== "")),
  };
}

function configured(upstream: Upstream): readonly string[] {
  return isDiscovered(upstream) ? [] : upstream.services;
}

/** The upstream that `<upstream>/<service>` is a name of: registered, or such as it may list one day; undefined for any other name. */
export function ownerOf(name: string, { upstreams, targets }: FleetNames): Upstream | undefined {
  const known = targets.get(name);
  const slash = name.indexOf("/");
  if (known !== undefined || slash < 0) return known;
  const upstream = upstreams.get(name.slice(0, slash));
  const mayList = upstream !== undefined && isDiscovered(upstream) && name.slice(slash + 1) !== DISCOVERED;
  return mayList ? upstream : undefined;
}

/** Note upstreams whose name another upstream or a service has, and services that read like a target. */
export function checkUpstreamNames(entries: readonly UpstreamEntry[], names: FleetNames): void {
  const pathByName = new Map<string, string>();
  for (const { field, upstream: { name, services } } of entries) {
    if (name === "") continue;
    const nameField = { ...childField(field, "name", name), upstreamName: "" };
    const first = pathByName.get(name);
    if (first !== undefined) refuse(nameField, `${first} has this name too`, "rename one");
    else pathByName.set(name, field.path);
    if (names.services.has(name)) refuse(nameField, "a service has this name too", "rename the upstream");
    for (const service of services.filter((service) => ownerOf(service, names) !== undefined)) {
      refuse(
        childField(field, "services", service),
        "it reads like a service of another upstream",
        "rename that upstream",
      );
    }
  }
}

/** What else a group's name stands for, as `an upstream`; undefined when nothing. */
export function clashOf(name: string, names: FleetNames): string | undefined {
  if (names.upstreams.has(name)) return "an upstream";
  if (ownerOf(name, names) !== undefined) return "a service of an upstream";
  return names.services.has(name) ? "a service" : undefined;
}
