import { Miniflare } from "miniflare";
import type { Readable } from "node:stream";
import { bundle } from "../../support/bundle.ts";
import type { Settled } from "./settle.ts";
import type { Settler } from "./settler.ts";

const WORKER = `
  import { connect } from "cloudflare:sockets";
  import { systemClock } from "../../../src/clock.ts";
  import { createWorkersNetwork } from "../../../src/probe/network/workers.ts";
  import { createProber } from "../../../src/probe/prober.ts";
  import { settle } from "./settle.ts";
  export default {
    async fetch(request, env) {
      const network = createWorkersNetwork({ connect, bindings: env });
      return Response.json(await settle(await request.json(), createProber({ clock: systemClock, network })));
    },
  };
`;

/** Settle in one request of a Worker on workerd. */
export async function settlerOnWorkerd(): Promise<Settler> {
  const worker = new Miniflare({
    modules: true,
    script: await bundle(WORKER, import.meta.url),
    compatibilityDate: "2026-07-30",
    // It prints a stack trace for each fault we make, and stops when nobody reads them.
    handleRuntimeStdio: (...streams: Readable[]) => streams.forEach((stream) => stream.resume()),
  });
  return {
    platform: "workerd",
    async settle(registry) {
      const response = await worker.dispatchFetch("http://worker/", { method: "POST", body: JSON.stringify(registry) });
      return await response.json() as Readonly<Record<string, Settled>>;
    },
    end: () => worker.dispose(),
  };
}
