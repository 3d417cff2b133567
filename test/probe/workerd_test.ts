import assert from "node:assert/strict";
import type { Readable } from "node:stream";
import { Miniflare } from "miniflare";
import type { ProbeOutcome } from "../../src/core/observation.ts";
import type { Target } from "../../src/core/registry.ts";
import { bundle } from "../support/bundle.ts";
import { startFaultServer } from "../support/fault-server.ts";
import { brief, connectAnswers, GRPC_WEB_ANSWERS, rawAnswer } from "./answers.ts";
import { targetOf } from "./target.ts";

const WORKER = `
  import { connect } from "cloudflare:sockets";
  import { systemClock } from "../../src/clock.ts";
  import { createWorkersNetwork } from "../../src/probe/network/workers.ts";
  import { createProber } from "../../src/probe/prober.ts";
  export default {
    async fetch(request, env) {
      const prober = createProber({ clock: systemClock, network: createWorkersNetwork({ connect, bindings: env }) });
      const session = prober.begin(0);
      const { signal } = new AbortController();
      const options = { timeoutMs: 1500, signal, attempt: 0, known: { isFailing: false }, pay: () => true };
      const outcome = await session.probe(await request.json(), options);
      session.end();
      return Response.json(outcome);
    },
  };
`;

Deno.test({
  name: "probe() judges every answer on workerd as on Deno",
  // workerd is a process of its own, which the sanitizers take for a leak.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const worker = new Miniflare({
      modules: true,
      script: await bundle(WORKER, import.meta.url),
      compatibilityDate: "2026-07-30",
      // It prints a stack trace for each fault we make, and stops when nobody reads them.
      handleRuntimeStdio: (...streams: Readable[]) => streams.forEach((stream) => stream.resume()),
    });
    const server = await startFaultServer({});
    const tables = [
      { upstream: { protocol: "grpc-web" }, answers: GRPC_WEB_ANSWERS },
      { upstream: { protocol: "connect", codec: "proto" }, answers: connectAnswers("proto") },
      { upstream: { protocol: "connect", codec: "json" }, answers: connectAnswers("json") },
    ] as const;
    for (const { upstream, answers } of tables) {
      for (const answer of answers) {
        server.setFault({ send: rawAnswer(answer) });
        const outcome = await askWorker(worker, targetOf({ ...upstream, url: server.url }));
        assert.equal(brief(outcome), answer.expect, `${upstream.protocol}, ${answer.name}: ${JSON.stringify(outcome)}`);
      }
    }
    await server.idle(); // Nothing is left open, on workerd either.
    await server.close();
    await worker.dispose();
  },
});

async function askWorker(worker: Miniflare, target: Target): Promise<ProbeOutcome> {
  const response = await worker.dispatchFetch("http://worker/", { method: "POST", body: JSON.stringify(target) });
  return await response.json() as ProbeOutcome;
}
