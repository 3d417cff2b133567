import assert from "node:assert/strict";
import type { Readable } from "node:stream";
import { Miniflare } from "miniflare";
import type { ProbeOutcome } from "../../../src/core/observation.ts";
import type { Target } from "../../../src/core/registry.ts";
import { bundle } from "../../support/bundle.ts";
import { refusedUrl, startFaultServer } from "../../support/fault-server.ts";
import { startGrpcJsUpstream } from "../../support/grpc-js-upstream.ts";
import { startHttp2Upstream } from "../../support/http2-upstream.ts";
import { targetOf } from "../target.ts";

/** One refresh: all targets at once, each under the same deadline, and then the same again. */
const WORKER = `
  import { connect } from "cloudflare:sockets";
  import { systemClock } from "../../../src/clock.ts";
  import { createWorkersNetwork } from "../../../src/probe/network/workers.ts";
  import { createProber } from "../../../src/probe/prober.ts";
  export default {
    async fetch(request, env) {
      const { targets, abortAfterMs } = await request.json();
      let dials = 0;
      const counted = (...of) => { dials++; return connect(...of); };
      const prober = createProber({ clock: systemClock, network: createWorkersNetwork({ connect: counted, bindings: env }) });
      const session = prober.begin(0);
      const probe = (target) => {
        const signal = abortAfterMs === undefined ? new AbortController().signal : AbortSignal.timeout(abortAfterMs);
        const options = { timeoutMs: 1500, signal, attempt: 0, known: { isFailing: false }, pay: () => true };
        return session.probe(target, options);
      };
      const outcomes = await Promise.all(targets.map(probe));
      outcomes.push(...await Promise.all(targets.map(probe)));
      session.end();
      return Response.json({ outcomes, dials });
    },
  };
`;

interface Refresh {
  readonly outcomes: readonly ProbeOutcome[];
  readonly dials: number;
}

// workerd is a process of its own, which the sanitizers take for a leak.
const onWorkerd = { sanitizeOps: false, sanitizeResources: false };

Deno.test({
  name: "native probes from workerd share a connection in a refresh, and leave none open after it",
  ...onWorkerd,
  fn: async (t) => {
    const worker = new Miniflare({
      modules: true,
      script: await bundle(WORKER, import.meta.url),
      compatibilityDate: "2026-07-30",
      // It prints a stack trace for each fault we make, and stops when nobody reads them.
      handleRuntimeStdio: (...streams: Readable[]) => streams.forEach((stream) => stream.resume()),
    });
    const refresh = async (targets: readonly Target[], abortAfterMs?: number): Promise<Refresh> => {
      const body = JSON.stringify({ targets, abortAfterMs });
      return await (await worker.dispatchFetch("http://worker/", { method: "POST", body })).json() as Refresh;
    };
    const native = (name: string, url: string, service = "") => targetOf({ name, url, protocol: "grpc" }, service);

    await t.step("grpc-js and connect-node, several services of each", async () => {
      const services = { "": "SERVING", "acme.Down": "NOT_SERVING" } as const;
      await using grpcJs = await startGrpcJsUpstream({ services });
      await using connectNode = await startHttp2Upstream({ services });
      const { outcomes, dials } = await refresh([
        native("a", grpcJs.url),
        native("a", grpcJs.url, "acme.Down"),
        native("a", grpcJs.url, "acme.Nowhere"),
        native("b", connectNode.url),
        native("b", connectNode.url, "acme.Down"),
      ]);
      const seen = ["SERVING", "NOT_SERVING", "NOT_SERVING", "SERVING", "NOT_SERVING"];
      assert.deepEqual(outcomes.map((outcome) => outcome.kind === "answered" && outcome.status), [...seen, ...seen]);
      assert.equal(dials, 2);
    });
    await t.step("a peer that is gone, beside one that serves", async () => {
      await using grpcJs = await startGrpcJsUpstream();
      const gone = (await refusedUrl()).replace("http", "grpc");
      const { outcomes } = await refresh([native("a", gone), native("b", grpcJs.url)]);
      assert.deepEqual(outcomes.map(({ kind }) => kind), ["failed", "answered", "failed", "answered"]);
    });
    await t.step("a peer that hangs: no socket stays open, and the second call has one of its own", async () => {
      await using hung = await startFaultServer({ when: "connect", end: "hang" });
      const { outcomes, dials } = await refresh([native("a", hung.url.replace("http", "grpc"))], 50);
      assert.deepEqual(outcomes.map((outcome) => outcome.kind === "failed" && outcome.failure), ["timeout", "timeout"]);
      assert.equal(dials, 2);
      await hung.idle();
    });
    await t.step("a peer of HTTP/1", async () => {
      await using old = await startFaultServer({ when: "connect", send: "HTTP/1.1 400 Bad Request\r\n\r\n" });
      const { outcomes } = await refresh([native("a", old.url.replace("http", "grpc"))]);
      assert.deepEqual(outcomes.map(({ message }) => message), Array(2).fill("it speaks HTTP/1.1 (400)"));
      await old.idle();
    });
    await worker.dispose();
  },
});
