import type { ServingStatus } from "../core/status.ts";
import type { WireStatus } from "../wire/health.ts";

/** What a server says of its own services. Mounted by `connectHealth`, `grpcJsHealth` or `fetchHealth`. */
export interface ServerHealth {
  /**
   * The status of a service, its checks run where their last results are stale; `""` (default) is the server as a whole.
   * SERVICE_UNKNOWN is that of a name which has neither checks nor a status.
   *
   * @throws The reason of `signal`, when it aborts before that. Checks that others wait for go on.
   */
  check(service?: string, options?: AskOptions): Promise<WireStatus>;
  /** The status of every name, checked alike. */
  list(options?: AskOptions): Promise<ReadonlyMap<string, ServingStatus>>;
  /**
   * The status that `check` gives, then each that differs from the last one told, the newest only; SERVICE_UNKNOWN for a
   * name not (yet) known. Meanwhile stale checks are run anew. It ends when `signal` aborts, after `watchMaxMs`, at `close`.
   */
  watch(service?: string, options?: AskOptions): AsyncGenerator<WireStatus, void, void>;
  /** What `watch` would tell at this moment: no check is run. */
  get(service?: string): WireStatus;
  /**
   * Give a name a status of its own, with or without checks, of which it then counts as one more. SERVICE_UNKNOWN takes it
   * back. Open Watches hear of it at once.
   */
  set(service: string, status: WireStatus): void;
  /** Every name that has a status, `""` among them. */
  names(): readonly string[];
  /** Every name is NOT_SERVING from now on, whatever its checks say and whatever is set. Open Watches hear it, and stay. */
  shutdown(): void;
  /** Take `shutdown` back: every name is what its checks and the last status set, before or since, make it. */
  resume(): void;
  /** `shutdown` for good: Watches end with OK once they told it, for they would hold up a server's own graceful stop. */
  close(): void;
}

/** How one question is asked. */
export interface AskOptions {
  /** Nobody waits any more when it aborts. */
  readonly signal?: AbortSignal;
}
