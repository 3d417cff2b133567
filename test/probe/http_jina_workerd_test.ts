import assert from "node:assert/strict";
import type { ProbeOutcome } from "../../src/core/observation.ts";
import type { Upstream } from "../../src/core/registry.ts";
import { startFaultServer } from "../support/fault-server.ts";
import { startHonoUpstream } from "../support/hono-upstream.ts";
import { startJinaGateway } from "../support/jina-gateway.ts";
import { startWebUpstream } from "../support/web-upstream.ts";
import { startWorkerProber } from "../support/worker-prober.ts";
import { brief } from "./answers.ts";
import { checkOf, DEFAULT_CHECK, HTTP_CASES } from "./http-cases.ts";
import { JINA_HTTP_CASES, JINA_WEBSOCKET_CASES } from "./jina-cases.ts";
import { targetOf } from "./target.ts";

// workerd is a process of its own, which the sanitizers take for a leak.
const onWorkerd = { sanitizeOps: false, sanitizeResources: false };

Deno.test({
  name: "probe() judges HTTP and Jina upstreams on workerd as on Deno",
  ...onWorkerd,
  fn: async (t) => {
    await using worker = await startWorkerProber({ INSIDE });
    const probe = (upstream: Partial<Upstream>, abortAfterMs?: number) =>
      worker.probe(targetOf(upstream), abortAfterMs === undefined ? {} : { abortAfterMs });
    const isAs = (outcome: ProbeOutcome, expect: string, message?: string) => {
      assert.equal(brief(outcome), expect, JSON.stringify(outcome));
      if (message !== undefined) assert.equal(outcome.message, message);
    };

    await using hono = startHonoUpstream(HTTP_CASES);
    for (const [index, each] of HTTP_CASES.entries()) {
      await t.step(`http, ${each.name}: ${each.expect}`, async () => {
        const http = checkOf(each);
        const outcome = await probe({ protocol: "http", url: `${hono.url}/${index}`, ...(http && { http }) });
        isAs(outcome, each.expect, each.message);
      });
    }

    await using web = await startWebUpstream();
    for (const { name, upstream, status = 200, body, expect, message } of JINA_HTTP_CASES) {
      await t.step(`jina, ${name}: ${expect}`, async () => {
        web.answer(status, body);
        isAs(await probe({ protocol: "jina", url: `http://${web.host}`, ...upstream }), expect, message);
      });
    }
    for (const { name, act, expect, message } of JINA_WEBSOCKET_CASES) {
      await t.step(`jina over WebSocket, ${name}: ${expect}`, async () => {
        web.act(act);
        isAs(await probe({ protocol: "jina", url: `ws://${web.host}` }), expect, message);
        await web.lastClose();
      });
    }

    await t.step("jina, up and down, over HTTP, WebSocket and gRPC", async () => {
      await using gateway = await startJinaGateway();
      for (const url of [gateway.http, gateway.ws, gateway.grpc]) {
        gateway.fail(undefined);
        isAs(await probe({ protocol: "jina", url }), "SERVING");
        gateway.fail("executor0 is down");
        isAs(await probe({ protocol: "jina", url }), "NOT_SERVING", "executor0 is down");
      }
      isAs(await probe({ protocol: "jina", kind: "executor", url: gateway.grpc }), "SERVING");
      isAs(await probe({ protocol: "jina", url: `${gateway.ws}/elsewhere` }), "UNKNOWN probe_denied");
      assert.equal(gateway.offered(), undefined);
    });

    await t.step("a WebSocket that hangs: failed timeout, and closed", async () => {
      await using server = await startFaultServer({ end: "hang" });
      isAs(await probe({ protocol: "jina", url: server.url.replace("http", "ws") }, 50), "failed timeout");
      await server.idle();
      web.act(() => {});
      isAs(await probe({ protocol: "jina", url: `ws://${web.host}` }, 50), "failed timeout");
      await web.lastClose();
    });

    await t.step("through a service binding", async () => {
      const inside = { via: "INSIDE", url: "http://jina.inside" };
      isAs(await probe({ protocol: "http", http: DEFAULT_CHECK, ...inside }), "SERVING");
      isAs(await probe({ protocol: "jina", ...inside }), "NOT_SERVING", "seen inside");
      isAs(await probe({ protocol: "jina", ...inside, url: "ws://jina.inside" }), "NOT_SERVING", "seen inside");
      isAs(await probe({ protocol: "jina", ...inside, via: "GONE" }), "not-attempted");
      isAs(await probe({ protocol: "jina", via: "GONE", url: `ws://${web.host}` }), "not-attempted");
    });
  },
});

/** A Worker that no address leads to. */
const INSIDE = `
  export default {
    fetch(request) {
      if (request.headers.get("upgrade") === "websocket") {
        const [client, server] = Object.values(new WebSocketPair());
        server.accept();
        server.close(1011, "seen inside");
        return new Response(null, { status: 101, webSocket: client });
      }
      if (new URL(request.url).pathname === "/") return new Response("ok");
      return Response.json({ code: 1, description: "seen inside" });
    },
  };
`;
