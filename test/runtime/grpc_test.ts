import { status as CODE } from "@grpc/grpc-js";
import assert from "node:assert/strict";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { JinaGatewayDryRunRPC } from "../../src/gen/jina/jina_pb.ts";
import { eventually } from "../support/eventually.ts";
import { grpcJsClient } from "../support/grpc-js-client.ts";
import { startOnDeno } from "../support/rollcall-deno.ts";
import { startUpstream } from "../support/upstream.ts";

const { check, list, watch } = Health.method;

function portOf({ grpc }: { readonly grpc: string }): number {
  return Number(new URL(`http://${grpc}`).port);
}

Deno.test("Deno: native gRPC answers from the same report as HTTP, and a Watch tells a change", async () => {
  await using upstream = await startUpstream();
  await using rollcall = await startOnDeno({
    upstreams: [{ name: "a", url: upstream.url }],
    vars: { TTL_MS: "100", STALE_MS: "60000" },
  });
  using client = grpcJsClient(portOf(rollcall));
  const watching = client.call(watch, { service: "a" });
  await eventually(() => watching.messages[0], () => "no first message");
  const listed = client.call(list, {});
  assert.equal((await listed.ended).code, CODE.OK);
  assert.deepEqual(Object.keys(listed.messages[0]?.statuses ?? {}).sort(), ["", "a"]);
  const ran = client.call(JinaGatewayDryRunRPC.method.dry_run, {});
  assert.equal((await ran.ended).code, CODE.OK);
  assert.equal(ran.messages[0]?.code, 0);
  upstream.setStatus("", "NOT_SERVING");
  await eventually(() => watching.messages[1], () => "the change is not told");
  assert.deepEqual(watching.messages.map(({ status }) => status), [1, 2]);
  assert.equal((await (await fetch(`${rollcall.url}/health`)).json()).servingStatus, "NOT_SERVING");
});

Deno.test("Deno: after SIGTERM Check is NOT_SERVING on both ports until they close, and Watch says so and ends with OK", async () => {
  await using upstream = await startUpstream();
  await using rollcall = await startOnDeno({
    upstreams: [{ name: "a", url: upstream.url }],
    vars: { DRAIN_MS: "1500" },
  });
  using client = grpcJsClient(portOf(rollcall));
  const watching = client.call(watch, { service: "a" });
  await eventually(() => watching.messages[0], () => "no first message");
  const exit = rollcall.terminate();
  await eventually(() => watching.messages[1], () => "Watch does not tell that it leaves");
  for (const service of ["", "a", "liveness"]) {
    const call = client.call(check, { service });
    await call.ended;
    assert.equal(call.messages[0]?.status, 2, service);
  }
  assert.equal((await fetch(`${rollcall.url}/dry_run`)).status, 503);
  assert.equal((await watching.ended).code, CODE.OK);
  assert.deepEqual(watching.messages.map(({ status }) => status), [1, 2]);
  assert.equal(await exit, 0);
});

Deno.test("Deno: GRPC_PORT=off opens no port, and half a certificate none in plaintext", async () => {
  for (const vars of [{ GRPC_PORT: "off" }, { TLS_KEY: "/nowhere/tls.key" }]) {
    await using rollcall = await startOnDeno({ vars });
    assert.equal(rollcall.grpc, "");
  }
});
