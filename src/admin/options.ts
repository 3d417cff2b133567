import type { Config } from "../config.ts";
import type { Fleet } from "../core/fleet.ts";
import type { Sighting } from "../core/observation.ts";
import type { Report } from "../core/report.ts";
import type { WrittenFleetSource } from "../fleet/source.ts";
import type { Authority, Clock } from "../ports.ts";
import type { BoundedAuthority } from "./bounded-authority.ts";
import type { AdminLog } from "./log.ts";

/** What writing works with; everything in it is shared by all invocations of an isolate or process. */
export interface AdminOptions {
  readonly config: Pick<Config, "join" | "knobs" | "problems" | "registry">;
  readonly authority: Authority;
  readonly clock: Clock;
  /** Learns what is written here at once. */
  readonly fleet: Pick<WrittenFleetSource, "current" | "learn">;
  /** Asks every target of a fleet that is not the one in force; keeps nothing, and is bounded as any refresh. */
  readonly probe: (fleet: Fleet) => Promise<Report>;
  /** Gets one entry per change; entries hold names, times and counts, never an address or a secret. */
  readonly log: (entry: AdminLog) => void;
  /** Learns what upstreams tell here at once. */
  readonly learn: (sighting: Sighting) => void;
  /** Where this isolate or process is. */
  readonly place: () => string;
}

/** What each writer works with. */
export type WriterOptions = Omit<AdminOptions, "authority"> & { readonly authority: BoundedAuthority };
