import { createServer } from "node:http";
import { once } from "node:events";
import { Code, ConnectError, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { WIRE_STATUS } from "../../src/wire/health.ts";

/** A serving status by name, or any number to put on the wire. */
export type UpstreamStatus = keyof typeof WIRE_STATUS | number;

/** How an upstream behaves. */
export interface UpstreamOptions {
  /** By service; `""` is the server as a whole. Default: `{ "": "SERVING" }`. An unknown service is NOT_FOUND. */
  readonly services?: Readonly<Record<string, UpstreamStatus>>;
  /** Decides each Check instead of `services`; may throw a ConnectError, or never resolve. */
  readonly handler?: (service: string, context: HandlerContext) => UpstreamStatus | Promise<UpstreamStatus>;
  /** Before each Check is answered. */
  readonly delayMs?: number;
  /** Default: a free one. */
  readonly port?: number;
}

/** A real health server by other hands: connect-node on node:http, speaking gRPC-web and Connect. */
export interface Upstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Create or change a service; undefined removes it. Open Watches hear of it. */
  setStatus(service: string, status: UpstreamStatus | undefined): void;
  /** Checks received so far. */
  requests(): number;
  /** Kills every connection and stops listening. */
  close(): Promise<void>;
}

/** Start an upstream on 127.0.0.1. Rejects when the port is taken. */
export async function startUpstream(options: UpstreamOptions = {}): Promise<Upstream> {
  const services = new Map(Object.entries(options.services ?? { "": "SERVING" as const }));
  const changes = new EventTarget();
  const ending = new AbortController();
  let requests = 0;

  async function check(service: string, context: HandlerContext) {
    requests++;
    if (options.delayMs !== undefined) await pause(options.delayMs, AbortSignal.any([context.signal, ending.signal]));
    const status = options.handler ? await options.handler(service, context) : services.get(service);
    if (status === undefined) throw new ConnectError(`unknown service ${service}`, Code.NotFound);
    return { status: wireStatus(status) };
  }

  async function* watch(service: string, context: HandlerContext) {
    const signal = AbortSignal.any([context.signal, ending.signal]);
    let last: number | undefined;
    while (!signal.aborted) {
      const changed = nextChange(changes, signal);
      const status = wireStatus(services.get(service) ?? "SERVICE_UNKNOWN");
      if (status !== last) yield { status };
      last = status;
      await changed;
    }
  }

  const routes = (router: ConnectRouter) =>
    router.service(Health, {
      check: ({ service }, context) => check(service, context),
      list: () => ({
        statuses: Object.fromEntries([...services].map(([name, status]) => [name, { status: wireStatus(status) }])),
      }),
      watch: ({ service }, context) => watch(service, context),
    });
  const server = createServer(connectNodeAdapter({ routes }));
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };

  async function close(): Promise<void> {
    ending.abort();
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    setStatus: (service, status) => {
      if (status === undefined) services.delete(service);
      else services.set(service, status);
      changes.dispatchEvent(new Event("change"));
    },
    requests: () => requests,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function wireStatus(status: UpstreamStatus): number {
  return typeof status === "number" ? status : WIRE_STATUS[status];
}

/** Resolves at the next change, or when the signal aborts. */
function nextChange(changes: EventTarget, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      changes.removeEventListener("change", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    changes.addEventListener("change", done);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

/** Resolves after `ms`, or when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
