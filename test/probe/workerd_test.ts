import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { Miniflare } from "miniflare";
import type { ProbeOutcome } from "../../src/core/observation.ts";
import type { Target } from "../../src/core/registry.ts";
import { type Fault, refusedUrl, startFaultServer } from "../support/fault-server.ts";
import { brief, connectAnswers, GRPC_WEB_ANSWERS, rawAnswer } from "./answers.ts";
import { FAULTS } from "./faults.ts";
import { targetOf } from "./target.ts";

const WORKER = `
  import { connect } from "cloudflare:sockets";
  import { systemClock } from "../clock.ts";
  import { createWorkersNetwork } from "./network/workers.ts";
  import { createProber } from "./prober.ts";
  export default {
    async fetch(request, env) {
      const { target, attempt = 0, abortAfterMs } = await request.json();
      const abort = new AbortController();
      if (abortAfterMs !== undefined) setTimeout(() => abort.abort(), abortAfterMs);
      const prober = createProber({ clock: systemClock, network: createWorkersNetwork({ connect, bindings: env }) });
      const session = prober.begin(0);
      const options = { timeoutMs: 1500, signal: abort.signal, attempt, known: { isFailing: false }, pay: () => true };
      const outcome = await session.probe(target, options);
      session.end();
      return Response.json(outcome);
    },
  };
`;

// workerd is a process of its own, which the sanitizers take for a leak.
const onWorkerd = { sanitizeOps: false, sanitizeResources: false };

Deno.test({
  name: "probe() judges every answer and fault on workerd as on Deno, but for kinds that workerd does not tell",
  ...onWorkerd,
  fn: async (t) => {
    const worker = new Miniflare({
      modules: true,
      script: await bundle(),
      compatibilityDate: "2026-07-30",
      handleRuntimeStdio: () => {}, // It prints a stack trace for each fault we make.
    });
    const server = await startFaultServer({});
    const ask = (fault: Fault, target: Target, abortAfterMs?: number) => {
      server.setFault(fault);
      return askWorker(worker, target, abortAfterMs);
    };
    const tables = [
      { upstream: { protocol: "grpc-web" }, answers: GRPC_WEB_ANSWERS },
      { upstream: { protocol: "connect", codec: "proto" }, answers: connectAnswers("proto") },
      { upstream: { protocol: "connect", codec: "json" }, answers: connectAnswers("json") },
    ] as const;
    for (const { upstream, answers } of tables) {
      for (const answer of answers) {
        const outcome = await ask({ send: rawAnswer(answer) }, targetOf({ ...upstream, url: server.url }));
        assert.equal(brief(outcome), answer.expect, `${upstream.protocol}, ${answer.name}: ${JSON.stringify(outcome)}`);
      }
    }
    for (const { name, fault, isTls = false, expect, onWorkerd = expect } of FAULTS) {
      await t.step(`${name}: ${onWorkerd}`, async () => {
        const url = isTls ? server.url.replace("http:", "https:") : server.url;
        const outcome = await ask(fault, targetOf({ url }));
        assert.equal(brief(outcome), onWorkerd, JSON.stringify(outcome));
      });
    }
    await t.step("a refused connection: failed unavailable", async () => {
      assert.equal(brief(await askWorker(worker, targetOf({ url: await refusedUrl() }))), "failed unavailable");
    });
    await t.step("G13: a hung upstream: failed timeout", async () => {
      const outcome = await ask({ end: "hang" }, targetOf({ url: server.url }), 50);
      assert.equal(brief(outcome), "failed timeout");
    });
    await server.idle(); // Nothing is left open, on workerd either.
    await server.close();
    await worker.dispose();
  },
});

async function askWorker(worker: Miniflare, target: Target, abortAfterMs?: number): Promise<ProbeOutcome> {
  const body = JSON.stringify({ target, abortAfterMs });
  const response = await worker.dispatchFetch("http://worker/", { method: "POST", body });
  return await response.json() as ProbeOutcome;
}

/** esbuild comes with wrangler, which pins it. */
async function bundle(): Promise<string> {
  const esbuild = createRequire(import.meta.resolve("wrangler"))("esbuild");
  const resolveDir = new URL("../../src/probe", import.meta.url).pathname;
  const result = await esbuild.build({
    stdin: { contents: WORKER, resolveDir, loader: "ts" },
    bundle: true,
    format: "esm",
    write: false,
    minify: true,
    external: ["cloudflare:*"],
  });
  await esbuild.stop();
  return result.outputFiles[0].text;
}
