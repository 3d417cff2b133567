import type { Upstream } from "../../../src/core/registry.ts";
import { eventually } from "../../support/eventually.ts";
import { upstream } from "../../support/fleet.ts";
import { CA } from "../../support/tls.ts";
import { expectedIn, ROWS } from "../matrix.ts";
import { ALL, type Column, type ColumnName, COLUMNS } from "./columns.ts";
import { type Place, startPlace } from "./place.ts";
import { expectedOn, LATE, type Misfortune } from "./row.ts";
import { AGES_MS, type Settled } from "./settle.ts";
import type { Platform, Settler } from "./settler.ts";

/** One upstream of the matrix, and what came of it. */
export interface Cell {
  readonly name: string;
  readonly row: string;
  readonly column: ColumnName;
  readonly expected: string;
  readonly settled: Settled;
  /** The deadline of each of its probes. */
  readonly timeoutMs: number;
  /** Most bytes that one connection took before the probe hung up. */
  readonly mostSentBytes: number;
}

/**
 * Ask every upstream of the matrix in one refresh.
 *
 * @returns In the table's order. Rejects when a connection stays open after the refresh.
 */
export async function runMatrix({ platform, settle }: Omit<Settler, "end">): Promise<readonly Cell[]> {
  const started = await Promise.all(plans(platform).map(start));
  try {
    const settled = await settle({ upstreams: started.map(({ upstream }) => upstream), groups: [] });
    await eventually(
      () => openIn(started).length === 0 ? true : undefined,
      () => `connections are still open to ${openIn(started).join("; ")}`,
    );
    return started.map((each) => cellOf(each, settled[each.name]));
  } finally {
    await Promise.all(started.map(({ place }) => place.server?.close()));
  }
}

interface Plan {
  readonly name: string;
  readonly row: string;
  readonly column: ColumnName;
  readonly misfortune: Misfortune;
  readonly expected: string;
}

interface Started extends Plan {
  readonly place: Place;
  readonly upstream: Upstream;
}

function plans(platform: Platform): readonly Plan[] {
  return ROWS.flatMap((row) =>
    ALL.flatMap((column) => {
      const expected = expectedIn(row, column);
      if (expected === undefined) return [];
      const name = `${row.name} in ${column}`;
      const misfortune = row.fault(COLUMNS[column]);
      return [{ name, row: row.name, column, misfortune, expected: expectedOn(platform, expected) }];
    })
  );
}

/** Longer than the pauses after which a silent probe gets a sibling; what hangs has to be cut off. */
const SHORT_MS = 400;

/** So long that what is cut off after it has hung, however slow the machine. */
const LONG_MS = 15_000;

async function start(plan: Plan): Promise<Started> {
  const column: Column = COLUMNS[plan.column];
  const place = await startPlace(plan.misfortune, column);
  const tls = "certificate" in Object(plan.misfortune) ? { tls: { ca: CA } } : {};
  const timeoutMs = plan.expected === LATE ? SHORT_MS : LONG_MS;
  const registered = { ...column.upstream, ...tls, url: place.url, timeoutMs, ttlMs: AGES_MS };
  return { ...plan, place, upstream: upstream(plan.name, registered) };
}

function openIn(started: readonly Started[]): readonly string[] {
  return started.filter(({ place }) => (place.server?.openConnections() ?? 0) > 0).map(({ name }) => name);
}

function cellOf({ name, row, column, expected, place, upstream }: Started, settled: Settled | undefined): Cell {
  if (settled === undefined) throw new Error(`Cannot find the upstream "${name}": the refresh did not tell of it`);
  const mostSentBytes = place.server !== undefined && "mostSentBytes" in place.server
    ? place.server.mostSentBytes()
    : 0;
  return { name, row, column, expected, settled, timeoutMs: upstream.timeoutMs, mostSentBytes };
}
