import { systemClock } from "../clock.ts";
import type { Clock } from "../ports.ts";
import type { WireStatus } from "../wire/health.ts";
import type { Check } from "./check.ts";
import type { AskOptions, ServerHealth } from "./server-health.ts";
import { createSource, printError, type Source } from "./source.ts";
import { createTable } from "./table.ts";
import { unlessAborted } from "./unless-aborted.ts";
import { watch, type Watched } from "./watch.ts";

/** What the statuses rest on. */
export interface HealthOptions {
  /** By full service name, such as `acme.FooService`; a service without checks is SERVING. */
  readonly checks?: Readonly<Record<string, readonly Check[]>>;
  /** What `""` rests on. Default: all checks and statuses of all names, each once. `[]` is SERVING always, unless set. */
  readonly overall?: readonly Check[];
  /** Hears why a check is unhealthy that threw, gave no value of a check, or took too long. Default: `console.error`. */
  readonly onError?: (error: unknown, check: Check) => void;
  /** How long a Watch goes on, in milliseconds; clients reconnect. Default: for ever. On Workers have one of 55 000. */
  readonly watchMaxMs?: number;
  /** Default: the platform's time. */
  readonly clock?: Clock;
}

/**
 * Create `grpc.health.v1.Health` for the server it runs in. Without checks `""` is SERVING.
 *
 * All healthy is SERVING, any unhealthy NOT_SERVING, everything else UNKNOWN.
 *
 * @throws {RangeError} For a check with impossible times.
 * @throws {TypeError} For checks of `""`, which are `overall`.
 */
export function createHealth(options: HealthOptions = {}): ServerHealth {
  const { checks = {}, overall, onError = printError, watchMaxMs, clock = systemClock } = options;
  if (Object.hasOwn(checks, "")) throw new TypeError(`Cannot create health: write the checks of "" as \`overall\``);
  const listeners = new Set<() => void>();
  const sources: Source[] = [];
  let phase: "open" | "leaving" | "closed" = "open";
  const table = createTable({
    checks,
    overall,
    sourceOf(check) {
      const source = createSource(check, { clock, onChange: tell, onError });
      sources.push(source);
      return source;
    },
  });

  function tell(): void {
    for (const listener of listeners) listener();
  }

  function get(service: string): WireStatus {
    const status = table.statusOf(service) ?? "SERVICE_UNKNOWN";
    return status === "SERVICE_UNKNOWN" || phase === "open" ? status : "NOT_SERVING";
  }

  function watched(service: string): Watched {
    return {
      status: () => get(service),
      evaluations: phase === "closed" ? [] : table.evaluationsOf(service),
      isDecided: () => phase !== "open",
      isOver: () => phase === "closed",
      listen(ring) {
        listeners.add(ring);
        return () => listeners.delete(ring);
      },
    };
  }

  async function check(service: string, { signal }: AskOptions): Promise<WireStatus> {
    if (phase !== "open") return get(service);
    const statuses = watch(watched(service), { signal, maxMs: undefined, clock });
    for await (const status of statuses) return status;
    throw signal?.reason;
  }

  async function list() {
    const entries = await Promise.all(table.names().map(async (name) => [name, await check(name, {})] as const));
    return new Map(entries.flatMap(([name, status]) => status === "SERVICE_UNKNOWN" ? [] : [[name, status]]));
  }

  function enter(next: typeof phase): void {
    if (phase === "closed") return;
    phase = next;
    tell();
  }

  return {
    check: (service = "", options = {}) => check(service, options),
    list: ({ signal } = {}) => unlessAborted(list(), signal),
    watch: (service = "", { signal } = {}) => watch(watched(service), { signal, maxMs: watchMaxMs, clock }),
    get: (service = "") => get(service),
    set(service, status) {
      table.set(service, status === "SERVICE_UNKNOWN" ? undefined : status);
      tell();
    },
    names: table.names,
    shutdown: () => enter("leaving"),
    resume: () => enter("open"),
    close() {
      enter("closed");
      for (const source of sources) source.end();
    },
  };
}
