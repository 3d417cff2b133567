import type { Readable } from "node:stream";
import { Miniflare } from "miniflare";
import type { ProbeOutcome } from "../../src/core/observation.ts";
import type { Target } from "../../src/core/registry.ts";
import { bundle } from "./bundle.ts";

const WORKER = `
  import { connect } from "cloudflare:sockets";
  import { systemClock } from "../../src/clock.ts";
  import { createWorkersNetwork } from "../../src/probe/network/workers.ts";
  import { createProber } from "../../src/probe/prober.ts";
  export default {
    async fetch(request, env) {
      const { target, abortAfterMs } = await request.json();
      const abort = new AbortController();
      if (abortAfterMs !== undefined) setTimeout(() => abort.abort(), abortAfterMs);
      const session = createProber({ clock: systemClock, network: createWorkersNetwork({ connect, bindings: env }) }).begin(0);
      const options = { timeoutMs: 1500, signal: abort.signal, attempt: 0, known: { isFailing: false }, pay: () => true };
      const outcome = await session.probe(target, options);
      session.end();
      return Response.json(outcome);
    },
  };
`;

/** The real prober of a Worker, on workerd. */
export interface WorkerProber extends AsyncDisposable {
  /** Probe once, in an invocation of its own. */
  probe(target: Target, options?: { readonly abortAfterMs?: number }): Promise<ProbeOutcome>;
}

/**
 * Start it. workerd is a process of its own, which the sanitizers take for a leak.
 *
 * @param services Scripts of the Workers behind the service bindings of these names.
 */
export async function startWorkerProber(services: Readonly<Record<string, string>> = {}): Promise<WorkerProber> {
  const common = { modules: true, compatibilityDate: "2026-07-30" };
  const bindings = Object.fromEntries(Object.keys(services).map((name) => [name, name.toLowerCase()]));
  const worker = new Miniflare({
    workers: [
      { ...common, name: "prober", script: await bundle(WORKER, import.meta.url), serviceBindings: bindings },
      ...Object.entries(services).map(([name, script]) => ({ ...common, name: name.toLowerCase(), script })),
    ],
    // It prints a stack trace for each fault we make, and stops when nobody reads them.
    handleRuntimeStdio: (...streams: Readable[]) => streams.forEach((stream) => stream.resume()),
  });
  return {
    async probe(target, options = {}) {
      const body = JSON.stringify({ target, ...options });
      const response = await worker.dispatchFetch("http://worker/", { method: "POST", body });
      return await response.json() as ProbeOutcome;
    },
    [Symbol.asyncDispose]: () => worker.dispose(),
  };
}
