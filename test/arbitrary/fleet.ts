import fc from "fast-check";
import type { MaintenanceWindow } from "../../src/core/maintenance.ts";
import { type Group, type Member, type Registry, targetsOf } from "../../src/core/registry.ts";
import { SERVING_STATUSES, type ServingStatus } from "../../src/core/status.ts";
import { upstream } from "../support/fleet.ts";

/** A fleet as `config.ts` may read it, and how its targets do. */
export interface SeenFleet {
  readonly registry: Registry;
  /** By target key. */
  readonly statuses: Readonly<Record<string, ServingStatus>>;
  /** Over upstreams and groups, all in force at {@link WINDOW_MS}. */
  readonly windows: readonly MaintenanceWindow[];
}

/** A time within every window. */
export const WINDOW_MS = 1_000_000;

/** Small fleets, six targets at most, of groups in groups, with shared, optional and spare members, written in any order. */
export const arbitraryFleet: fc.Arbitrary<SeenFleet> = fc.record({
  upstreams: fc.array(fc.record({ critical: fc.boolean(), hasService: fc.boolean() }), { minLength: 1, maxLength: 4 }),
  groups: fc.array(
    fc.record({
      picks: fc.array(fc.record({ at: fc.nat(), isCritical: fc.boolean() }), { maxLength: 4 }),
      kind: fc.constantFrom("all" as const, "any" as const, "quorum" as const),
      k: fc.nat(),
    }),
    { maxLength: 4 },
  ),
  isFleetDefined: fc.boolean(),
  turn: fc.nat(),
  statuses: fc.array(fc.constantFrom(...SERVING_STATUSES), { minLength: 6, maxLength: 6 }),
  windows: fc.array(fc.record({ at: fc.nat(), fromMs: fc.nat(WINDOW_MS), lastsMs: fc.nat(WINDOW_MS) }), {
    maxLength: 2,
  }),
}).map((drawn) => {
  const upstreams = drawn.upstreams.map(({ critical, hasService }, at) =>
    // The fleet needs one that counts; and six targets are enough to weigh every set of them.
    upstream(`u${at}`, { critical: critical || at === 0, services: hasService && at < 2 ? ["", "acme.Cart"] : [""] })
  );
  const groups = drawn.groups.reduce<readonly Group[]>((earlier, { picks, kind, k }, at) => {
    const isLast = at === drawn.groups.length - 1;
    const name = drawn.isFleetDefined && isLast ? "" : `g${at}`;
    return [...earlier, groupOf(name, { members: membersOf(picks, namesIn({ upstreams, groups: earlier })), kind, k })];
  }, []);
  const registry = { upstreams, groups: turned(groups, drawn.turn) };
  const roots = [...upstreams, ...groups].map(({ name }) => name);
  return {
    registry,
    statuses: Object.fromEntries(targetsOf(registry).map(({ key }, at) => [key, drawn.statuses[at] ?? "UNKNOWN"])),
    windows: drawn.windows.map(({ at, fromMs, lastsMs }, id) => ({
      id: `w${id}`,
      name: roots[at % roots.length] ?? "",
      fromMs,
      untilMs: WINDOW_MS + 1 + lastsMs,
      reason: "new disks",
    })),
  };
});

/** From the end, and from another place: what is named may be written before or behind. */
export function turned<T>(items: readonly T[], turn: number): T[] {
  const at = items.length === 0 ? 0 : turn % items.length;
  return [...items.slice(at), ...items.slice(0, at)].toReversed();
}

/** All that may be a member of a group. */
function namesIn({ upstreams, groups }: Registry): readonly string[] {
  const services = upstreams.some(({ services }) => services.length > 1) ? ["acme.Cart"] : [];
  const targets = targetsOf({ upstreams, groups }).map(({ key }) => key);
  return [...[...groups, ...upstreams].map(({ name }) => name), ...services, ...targets];
}

function membersOf(picks: readonly { at: number; isCritical: boolean }[], names: readonly string[]): Member[] {
  const members = new Map(picks.map(({ at, isCritical }) => [names[at % names.length] ?? "", isCritical]));
  const hasCritical = [...members.values()].includes(true);
  return [...members].map(([name, isCritical]) => ({ name, isCritical: isCritical || !hasCritical }));
}

/** A group of nothing is `all`, as grpclib's; a quorum is of as many as there are. */
function groupOf(
  name: string,
  { members, kind, k }: { members: Member[]; kind: "all" | "any" | "quorum"; k: number },
): Group {
  const critical = members.filter(({ isCritical }) => isCritical).length;
  if (critical === 0) return { name, members, policy: { kind: "all" } };
  return { name, members, policy: kind === "quorum" ? { kind, k: 1 + k % critical } : { kind } };
}
