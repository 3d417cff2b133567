import type { MaintenanceWriter } from "../core/maintenance-writer.ts";
import type { RegistryWriter } from "../core/registry-writer.ts";
import type { Load } from "../core/report.ts";
import type { StatusWriter } from "../core/status-writer.ts";
import type { Tokens } from "./role.ts";
import type { Upgrade } from "./upgrade.ts";

/** What each request brings along: the composition root passes it as Hono's env, `app.fetch(request, { load })`. */
export interface RequestBindings {
  readonly load: Load;
}

/** What the surfaces must know of the configuration; none of it is read anywhere else. */
export interface SurfaceSettings extends Tokens {
  /** A Watch stream ends with OK after this long. */
  readonly watchMaxMs: number;
  /** List answers RESOURCE_EXHAUSTED above this many names. */
  readonly listMax: number;
  /** HTTP status of a dry_run that found the fleet not serving. */
  readonly dryRunFailureStatus: 200 | 503;
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
  /** Resolves when a status turned here or the fleet changed, or when `signal` aborts; never rejects. */
  readonly changed: (signal: AbortSignal) => Promise<void>;
  /** Aborts when the server is about to stop: from then on every name is NOT_SERVING, and open Watch streams say so. */
  readonly leaving?: AbortSignal;
  /** Aborts when the server stops, `leaving` having aborted before: open Watch streams then end with OK. */
  readonly shutdown?: AbortSignal;
  /** The path under which all this is mounted, or `.` when only the server around it knows; default: none. */
  readonly basePath?: string;
  /** How the platform opens a WebSocket; without it every request is answered over HTTP. */
  readonly upgrade?: Upgrade;
  /** Where registries are written at run time; without it nobody can. */
  readonly registryWriter?: RegistryWriter;
  /** Where statuses are told; without it nobody can. */
  readonly statusWriter?: StatusWriter;
  /** Where maintenance windows are written; without it nobody can. */
  readonly maintenanceWriter?: MaintenanceWriter;
}
