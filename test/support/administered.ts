import { type Admin, createAdmin } from "../../src/admin.ts";
import { type Config, parseConfig } from "../../src/config.ts";
import { createReport } from "../../src/core/create-report.ts";
import type { Fleet } from "../../src/core/fleet.ts";
import type { Sighting } from "../../src/core/observation.ts";
import { EMPTY_SNAPSHOT } from "../../src/core/snapshot.ts";
import type { WriteRefusal, WriteResult } from "../../src/core/write-result.ts";
import { createFleetSource } from "../../src/fleet/source.ts";
import type { Authority } from "../../src/ports.ts";
import { createMemoryAuthority } from "../../src/store/authority-memory.ts";
import { createTestClock, type TestClock } from "./test-clock.ts";

/** Writers over their real parts, and what can be seen of them. */
export interface Administered extends Admin {
  readonly config: Config;
  readonly authority: Authority;
  readonly clock: TestClock;
  /** The fleet in force in this isolate. */
  fleet(): Fleet;
  /** All that was logged. */
  readonly logged: readonly object[];
  /** All that was told of targets. */
  readonly learned: readonly Sighting[];
}

/** Create writers, of an environment of a Worker's; every target of a preview was never asked. */
export function administered(
  { env = {}, authority = createMemoryAuthority() }: { readonly env?: object; readonly authority?: Authority } = {},
): Administered {
  const config = parseConfig({ ...env }, "workers");
  const clock = createTestClock(Date.UTC(2026, 10, 21, 12));
  const logged: object[] = [];
  const log = (entry: object) => void logged.push(entry);
  const fleet = createFleetSource({
    deployed: config.registry,
    isDeployedInvalid: config.problems.length > 0,
    join: config.join,
    authority,
    isWritable: true,
    clock,
    ttlMs: 15_000,
    log,
    onChange: () => {},
  });
  const view = { nowMs: clock.nowMs(), place: "test", bounds: config.knobs };
  const probe = ({ registry, maintenance }: Fleet) =>
    Promise.resolve(createReport({ registry, maintenance, snapshot: EMPTY_SNAPSHOT, view }));
  const learned: Sighting[] = [];
  const learn = (sighting: Sighting) => void learned.push(sighting);
  const admin = createAdmin({ config, authority, clock, fleet, probe, log, learn, place: () => "test" });
  return { ...admin, config, authority, clock, fleet: fleet.current, logged, learned };
}

/** What a write gave; throws where it was refused. */
export function given<T>(result: WriteResult<T>): T {
  if (result.kind === "refused") throw new Error(`Cannot go on: ${result.reason}, ${result.message}`);
  return result.value;
}

/** Why a write was refused; throws where it was not. */
export function refusal(result: WriteResult<unknown>): readonly [WriteRefusal["reason"], string] {
  if (result.kind === "done") throw new Error("Cannot go on: it was not refused");
  return [result.reason, result.message];
}
