import assert from "node:assert/strict";
import { systemClock } from "../../../src/clock.ts";
import { createGrpcClient } from "../../../src/probe/grpc/client.ts";
import type { UnaryCall } from "../../../src/probe/grpc/call.ts";
import { createDenoNetwork } from "../../../src/probe/network/deno.ts";
import { startGrpcJsUpstream } from "../../support/grpc-js-upstream.ts";
import { targetOf } from "../target.ts";

Deno.test("createGrpcClient() makes a unary call to grpc-js", async () => {
  await using server = await startGrpcJsUpstream();
  const client = createGrpcClient({ dial: createDenoNetwork().dial, clock: systemClock });
  const result = await client.unary(upstreamOf(server.url), check());
  client.close();
  assert.ok(result.kind === "reply");
  assert.equal(result.httpStatus, 200);
  assert.deepEqual(result.body, Uint8Array.of(0, 0, 0, 0, 2, 8, 1));
  assert.equal(result.trailers.get("grpc-status"), "0");
});

function upstreamOf(url: string) {
  return targetOf({ url, protocol: "grpc" }).upstream;
}

function check(call: Partial<UnaryCall> = {}): UnaryCall {
  return {
    path: "/grpc.health.v1.Health/Check",
    headers: {},
    message: new Uint8Array(),
    timeoutMs: 1_500,
    signal: new AbortController().signal,
    isFresh: false,
    ...call,
  };
}
