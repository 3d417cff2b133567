import assert from "node:assert/strict";
import type { Upstream } from "../../src/core/registry.ts";
import { startFaultServer } from "../support/fault-server.ts";
import { startGrpcJsUpstream } from "../support/grpc-js-upstream.ts";
import { startJinaGateway } from "../support/jina-gateway.ts";
import { createTestProber } from "../support/prober.ts";
import { startWebUpstream } from "../support/web-upstream.ts";
import { brief } from "./answers.ts";
import { JINA_HTTP_CASES, JINA_WEBSOCKET_CASES } from "./jina-cases.ts";
import { patient, targetOf } from "./target.ts";

Deno.test("probe() asks a Jina gateway for a dry run over HTTP, WebSocket and gRPC, up, down and up again", async () => {
  await using gateway = await startJinaGateway();
  for (const url of [gateway.http, gateway.ws, gateway.grpc]) {
    gateway.fail(undefined);
    assert.equal(brief(await probe({ url })), "SERVING", url);
    gateway.fail("executor0 is down");
    const down = await probe({ url });
    assert.equal(brief(down), "NOT_SERVING", url);
    assert.equal(down.message, "executor0 is down");
    gateway.fail(`executor0 is down: ${"x".repeat(200)}`);
    assert.equal(brief(await probe({ url })), "NOT_SERVING", `${url}, with a reason that no close has room for`);
    gateway.fail(undefined);
    assert.equal(brief(await probe({ url })), "SERVING", url);
  }
  assert.equal(gateway.offered(), undefined);
});

Deno.test("probe() asks a Jina executor for its own health over HTTP and gRPC", async () => {
  await using gateway = await startJinaGateway();
  gateway.fail("executor0 is down");
  assert.equal(brief(await probe({ url: gateway.http, kind: "executor" })), "SERVING");
  assert.equal(brief(await probe({ url: gateway.grpc, kind: "executor" })), "SERVING");
  assert.equal(brief(await probe({ url: gateway.grpc, kind: "executor" }, "jina.JinaRPC")), "SERVING");
  assert.equal(
    brief(await probe({ url: gateway.grpc, kind: "executor" }, "nope")),
    "NOT_SERVING service_not_registered",
  );
});

Deno.test("probe() of a Jina gateway that is none, over gRPC", async () => {
  await using server = await startGrpcJsUpstream();
  assert.equal(brief(await probe({ url: server.url })), "UNKNOWN health_unimplemented");
});

Deno.test("probe() judges Jina upstreams over HTTP", async (t) => {
  await using server = await startWebUpstream();
  for (const { name, upstream, status = 200, body, expect, message } of JINA_HTTP_CASES) {
    await t.step(`${name}: ${expect}`, async () => {
      server.answer(status, body);
      const outcome = await probe({ url: `http://${server.host}`, ...upstream });
      assert.equal(brief(outcome), expect, JSON.stringify(outcome));
      if (message !== undefined) assert.equal(outcome.message, message);
    });
  }
  await probe({ url: `http://${server.host}/under` });
  await probe({ url: `http://${server.host}/under`, kind: "executor" });
  assert.deepEqual(server.asked.slice(-2), ["GET /under/dry_run", "GET /under/"]);
});

Deno.test("probe() judges Jina upstreams over WebSocket, and closes what it opened", async (t) => {
  await using server = await startWebUpstream();
  for (const { name, act, expect, message } of JINA_WEBSOCKET_CASES) {
    await t.step(`${name}: ${expect}`, async () => {
      server.act(act);
      const outcome = await probe({ url: `ws://${server.host}` });
      assert.equal(brief(outcome), expect, JSON.stringify(outcome));
      const closedWith = await server.lastClose();
      if (expect === "SERVING") assert.equal(closedWith, 1000);
      if (message !== undefined) assert.equal(outcome.message, message);
    });
  }
});

Deno.test("probe() judges a refused WebSocket by its HTTP status", async () => {
  await using gateway = await startJinaGateway();
  assert.equal(brief(await probe({ url: `${gateway.ws}/elsewhere` })), "UNKNOWN probe_denied");
  for (
    const [status, expect] of [
      [404, "UNKNOWN health_unimplemented"],
      [503, "failed unavailable"],
      [200, "failed protocol_mismatch"],
      [301, "failed protocol_mismatch"],
    ] as const
  ) {
    await using server = await startFaultServer({ send: `HTTP/1.1 ${status} x\r\ncontent-length: 0\r\n\r\n` });
    assert.equal(brief(await probe({ url: server.url.replace("http", "ws") })), expect, String(status));
  }
});

async function probe(upstream: Partial<Upstream>, service = "") {
  return await createTestProber().probe(targetOf({ protocol: "jina", ...upstream }, service), patient());
}
