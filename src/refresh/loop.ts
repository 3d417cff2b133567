import type { Viewpoint } from "../core/age.ts";
import type { Knobs } from "../core/knobs.ts";
import type { Sighting } from "../core/observation.ts";
import type { Target } from "../core/registry.ts";
import type { Report } from "../core/report.ts";
import type { TargetState } from "../core/snapshot.ts";
import type { Clock, FleetSource, Prober } from "../ports.ts";
import type { Archive } from "./archive.ts";
import type { Flights } from "./flights.ts";
import type { Guard } from "./guard.ts";
import type { RefreshFault, RefreshLog } from "./log.ts";
import type { Memory } from "./memory.ts";
import type { Scope } from "./scope.ts";

/** What all invocations of an isolate or process share. */
export interface Loop {
  readonly knobs: Knobs;
  readonly prober: Prober;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: (entry: RefreshLog | RefreshFault) => void;
  readonly fleets: FleetSource;
  readonly scope: () => Scope;
  readonly memory: Memory;
  readonly stateOf: (targetKey: string) => TargetState | undefined;
  readonly flights: Flights;
  readonly archive: Archive;
  readonly guard: Guard;
  /** Asked where nearly all others fail. */
  readonly canary: Target | undefined;
  readonly reportAt: (view: Viewpoint, probesLeft: number) => Report;
  /** Learn what a check saw, unless a stream knew better meanwhile. */
  readonly heed: (sighting: Sighting) => void;
  /** Note that a target cannot be asked for as long as it is what it is. */
  readonly bar: (target: Target) => void;
  /** Store what was learned, if it is time. */
  readonly keep: () => Promise<void>;
}

/** One request, scheduled event or timer tick that may refresh. */
export interface Invocation {
  readonly place: string;
  /** Takes what outlives the answer; on Workers it must be the platform's, or a client that goes away ends the refresh. */
  readonly waitUntil: (pending: Promise<void>) => void;
}
