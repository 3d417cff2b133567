import { type Registry, type Target, targetKey, targetsOf, type ToldProtocol } from "../core/registry.ts";
import { done, refused, type WriteResult } from "../core/write-result.ts";

/**
 * The target that is told of by this name: an upstream's, or `<upstream>/<service>`.
 *
 * @param protocol Of the upstreams whose names count.
 */
export function toldTarget(registry: Registry, name: string, protocol: ToldProtocol): WriteResult<Target> {
  const targets = targetsOf(registry).filter(({ upstream }) => upstream.protocol === protocol);
  const isNamed = ({ key, upstream }: Target) =>
    protocol === "satellite" ? upstream.name === name : key === name || key === targetKey(name, "");
  const found = targets.find(isNamed);
  if (found !== undefined) return done(found);
  const others = targets.filter(({ upstream }) => upstream.name === name);
  const fix = others.length > 0
    ? `it tells of ${others.map(({ key }) => JSON.stringify(key)).join(", ")}`
    : `register it with protocol ${protocol}`;
  return refused("not_found", `No ${protocol} upstream is called ${JSON.stringify(name)}: ${fix}`);
}
