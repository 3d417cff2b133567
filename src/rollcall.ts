import { createAdmin } from "./admin.ts";
import type { AdminLog } from "./admin/log.ts";
import type { Config } from "./config.ts";
import type { Fleet } from "./core/fleet.ts";
import { leavingReport } from "./core/leaving.ts";
import { HOPS_MAX, type Load, type Report } from "./core/report.ts";
import { createFleetSource, type FleetLog } from "./fleet/source.ts";
import type { Authority, Clock, Prober, SnapshotStore } from "./ports.ts";
import { createRefresher, type Invocation } from "./refresh.ts";
import { fixedFleet } from "./refresh/fixed-fleet.ts";
import type { Changes } from "./refresh/changes.ts";
import type { Follower } from "./refresh/follow.ts";
import type { RefreshFault, RefreshLog } from "./refresh/log.ts";
import { createRoutes, type SurfaceSettings } from "./surface/routes.ts";
import type { Upgrade } from "./surface/upgrade.ts";

/** What a platform lends. */
export interface Platform {
  readonly config: Config;
  readonly prober: Prober;
  readonly store: SnapshotStore;
  readonly clock: Clock;
  readonly log: (entry: RefreshLog | RefreshFault | FleetLog | AdminLog) => void;
  /** Where this isolate or process is, as far as it knows by now. */
  readonly place: () => string;
  /** Where what is written at run time is kept; without it the fleet is the deployed one, and nobody can write. */
  readonly authority?: Authority;
  /** Where all that is served is mounted; default: at the root. */
  readonly basePath?: string;
  /** Default: nobody opens WebSockets. */
  readonly upgrade?: Upgrade;
  /** Aborts when the server is about to stop: every name is then NOT_SERVING, and nothing is probed any more. */
  readonly leaving?: AbortSignal;
  /** Aborts when the server stops, some time after `leaving`: open Watch streams then end. */
  readonly shutdown?: AbortSignal;
  /** How those who wait learn that something turned; default: they are told. */
  readonly changes?: Changes;
  /** Keeps Watch streams of upstreams, where a process lives long enough to. */
  readonly follower?: Follower;
}

/** The whole of Rollcall, short of a listener. */
export interface Rollcall {
  /** Answer one request. */
  answer(request: Request, invocation: Invocation): Promise<Response>;
  /** What a listener of its own serves the RPCs by, beside `answer`. */
  readonly settings: SurfaceSettings;
  /** What one call to such a listener asks. */
  load(invocation: Invocation): Load;
  /** Bring the snapshot up to date with nobody asking. */
  refresh(invocation: Invocation): Promise<void>;
  /** Keep the Watch streams of watched upstreams, until `stop` aborts. Never rejects. */
  follow(invocation: Invocation, stop: AbortSignal): Promise<void>;
}

/** Put the loop and the surfaces together, alike on every platform. Create it once per isolate or process. */
export function createRollcall(platform: Platform): Rollcall {
  const { config, prober, store, clock, log, place, authority, leaving, shutdown, changes, follower } = platform;
  const { basePath, upgrade } = platform;
  const { registry, knobs, canary, readToken, pushToken, adminToken, problems } = config;
  const fleets = createFleetSource({
    deployed: registry,
    isDeployedInvalid: problems.length > 0,
    join: config.join,
    authority,
    isWritable: adminToken !== undefined,
    clock,
    ttlMs: knobs.ttlMs,
    log,
    onChange: () => refresher.look(),
  });
  const refresher = createRefresher({
    fleets,
    ...(canary && { canary }),
    knobs,
    prober,
    store,
    clock,
    log,
    ...(changes && { changes }),
    ...(follower && { follower }),
  });
  const preview = (fleet: Fleet) => probeOnce(fleet, platform);
  const { learn } = refresher;
  const admin = authority &&
    createAdmin({ config, authority, clock, fleet: fleets, probe: preview, log, learn, place });
  const settings: SurfaceSettings = {
    readToken,
    pushToken,
    adminToken,
    watchMaxMs: knobs.watchMaxMs,
    listMax: knobs.listMax,
    dryRunFailureStatus: knobs.dryRunFailureStatus,
    sleep: clock.sleep,
    nowMs: clock.nowMs,
    changed: refresher.changed,
    ...(basePath !== undefined && { basePath }),
    ...(upgrade && { upgrade }),
    ...admin,
    ...(leaving && { leaving }),
    ...(shutdown && { shutdown }),
  };
  const app = createRoutes(settings);
  const load = (invocation: Invocation) => untilLeaving(refresher.begin(invocation), leaving);
  return {
    settings,
    load,
    answer: async (request, invocation) => await app.fetch(request, { load: load(invocation) }),
    refresh: async (invocation) => void await refresher.begin(invocation)({ accept: "fresh", isScheduled: true }),
    follow: refresher.follow,
  };
}

/** Ask every target of a fleet that is not the one in force, as any refresh does, and keep nothing. */
async function probeOnce(fleet: Fleet, { config, prober, clock, place }: Platform): Promise<Report> {
  const { knobs } = config;
  const fleets = fixedFleet(fleet.registry, fleet);
  const refresher = createRefresher({ fleets, knobs, prober, store: NO_STORE, clock });
  // What is not answered for in time nobody will ask for again: on Workers it is cut off with the call, on Deno it ends by itself.
  return await refresher.begin({ place: place(), waitUntil: () => {} })({ accept: "fresh" });
}

const NO_STORE: SnapshotStore = { read: () => Promise.resolve(undefined), update: () => Promise.resolve(undefined) };

/** Who is about to stop answers from what is known. */
function untilLeaving(load: Load, leaving: AbortSignal | undefined): Load {
  if (leaving === undefined) return load;
  return async (options) => leaving.aborted ? leavingReport(await load({ hops: HOPS_MAX })) : await load(options);
}
