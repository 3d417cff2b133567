import type { AskedWindow, MaintenanceWriter } from "../core/maintenance-writer.ts";
import type { MaintenanceWindow } from "../core/maintenance.ts";
import { done, refused, type WriteRefusal, type WriteResult } from "../core/write-result.ts";
import { MAINTENANCE_KEY } from "../fleet/source.ts";
import { readWindows } from "../fleet/windows.ts";
import { COPIED_PREFIX } from "../ports.ts";
import { whenAnswered } from "./bounded-authority.ts";
import type { WriterOptions } from "./options.ts";
import { retried } from "./retried.ts";
import { windowProblem } from "./window-problem.ts";

/** Windows kept at a time: more than people look after. */
const WINDOWS_MAX = 200;

/** The windows that are not over, and the version of the record they are kept in. */
interface Kept {
  readonly version: number;
  readonly windows: readonly MaintenanceWindow[];
}

/** Create the writer of maintenance windows over a bounded authority. */
export function createMaintenanceWriter(
  { authority, fleet, clock, log }: WriterOptions,
): MaintenanceWriter {
  /** Of the whole fleet, for a name may have been registered elsewhere a moment ago. */
  async function read(): Promise<Kept> {
    const records = await authority.list(COPIED_PREFIX);
    fleet.learn(records);
    const record = records.get(MAINTENANCE_KEY);
    const windows = readWindows(record?.value).windows.filter(({ untilMs }) => untilMs > clock.nowMs());
    return { version: record?.version ?? 0, windows };
  }

  /** Keep `windows` in the place of those of `version`; undefined when others are there by now. */
  async function write(
    windows: readonly MaintenanceWindow[],
    version: number,
    changed: { readonly action: "scheduled" | "ended"; readonly window: MaintenanceWindow },
  ): Promise<WriteResult<MaintenanceWindow> | undefined> {
    const value = JSON.stringify(windows);
    const next = await authority.put(MAINTENANCE_KEY, value, version);
    if (next === undefined) return undefined;
    fleet.learn(new Map([[MAINTENANCE_KEY, { version: next, value }]]));
    const { action, window: { id, name, fromMs, untilMs } } = changed;
    log({ event: "maintenance", action, id, name, from: isoTime(fromMs), until: isoTime(untilMs) });
    return done(changed.window);
  }

  function refusalOf(asked: AskedWindow & { readonly fromMs: number }, kept: Kept): WriteRefusal | undefined {
    const { registry: { upstreams, groups }, isRegistryInvalid } = fleet.current();
    const problem = windowProblem(asked, clock.nowMs());
    if (problem !== undefined) return refused("invalid", `Cannot schedule maintenance: ${problem}`);
    if (isRegistryInvalid) {
      return refused("conflict", "Cannot schedule maintenance: the registry has errors; mend them");
    }
    if (![...upstreams, ...groups].some(({ name }) => name === asked.name)) {
      const name = JSON.stringify(asked.name);
      return refused("not_found", `Cannot schedule maintenance: no upstream and no group is called ${name}`);
    }
    if (kept.windows.length < WINDOWS_MAX) return undefined;
    return refused(
      "conflict",
      `Cannot schedule maintenance: there are ${WINDOWS_MAX} windows; end one that is not needed`,
    );
  }

  return {
    list: () => whenAnswered(async () => done((await read()).windows.toSorted((a, b) => a.fromMs - b.fromMs))),

    schedule: ({ fromMs, ...asked }) =>
      whenAnswered(() =>
        retried(async () => {
          const kept = await read();
          const begun = { ...asked, fromMs: fromMs ?? clock.nowMs() };
          const refusal = refusalOf(begun, kept);
          if (refusal !== undefined) return refusal;
          const window = { id: crypto.randomUUID(), ...begun };
          return await write([...kept.windows, window], kept.version, { action: "scheduled", window });
        })
      ),

    end: (id) =>
      whenAnswered(() =>
        retried(async () => {
          const { windows, version } = await read();
          const window = windows.find((other) => other.id === id);
          if (window === undefined) {
            return refused(
              "not_found",
              `Cannot end maintenance: no window has the id ${JSON.stringify(id)}, or it is over`,
            );
          }
          return await write(windows.filter((other) => other !== window), version, { action: "ended", window });
        })
      ),
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
