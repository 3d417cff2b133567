import assert from "node:assert/strict";
import { systemClock } from "../../../src/clock.ts";
import type { Upstream } from "../../../src/core/registry.ts";
import { createGrpcClient, type GrpcClient } from "../../../src/probe/grpc/client.ts";
import { createDenoNetwork } from "../../../src/probe/network/deno.ts";
import { decodeFrames } from "../../../src/wire/grpc-web.ts";
import { decodeHealthCheckResponse, encodeHealthCheckRequest, WIRE_STATUS } from "../../../src/wire/health.ts";
import { startFaultServer } from "../../support/fault-server.ts";
import { startGrpcJsUpstream } from "../../support/grpc-js-upstream.ts";
import { startHttp2Upstream } from "../../support/http2-upstream.ts";
import { CA } from "../../support/tls.ts";
import { check, upstreamOf } from "./call.ts";
import { brief } from "./harness.ts";

/** The real client of Deno, which counts its dials. */
interface CountingClient extends GrpcClient {
  dials(): number;
}

function createCountingClient(): CountingClient {
  const { dial, idleMaxMs } = createDenoNetwork();
  let dials = 0;
  const client = createGrpcClient({
    dial(upstream, signal) {
      dials++;
      return dial(upstream, signal);
    },
    idleMaxMs,
    clock: systemClock,
  });
  return { ...client, dials: () => dials };
}

const services = { "": "SERVING", "acme.Down": "NOT_SERVING" } as const;
const PEERS = {
  "grpc-js": () => startGrpcJsUpstream({ services }),
  "connect-node": () => startHttp2Upstream({ services }),
  "connect-node over TLS": () => startHttp2Upstream({ services, certificate: "good" }),
} as const;

for (const [name, start] of Object.entries(PEERS)) {
  Deno.test(`unary() asks ${name} about many services at once and again, over one connection`, async () => {
    await using server = await start();
    const client = createCountingClient();
    const upstream = upstreamOf(server.url, { tls: { ca: CA } });
    for (let round = 0; round < 5; round++) {
      const asked = ["", "acme.Down", "acme.Nowhere"].map((service) => ask(client, upstream, service));
      assert.deepEqual(await Promise.all(asked), ["SERVING", "NOT_SERVING", "grpc-status 5"]);
    }
    client.close();
    assert.equal(client.dials(), 1);
  });

  Deno.test(`unary() finds ${name} again after it has gone and come back at the same port`, async () => {
    const first = await start();
    const client = createCountingClient();
    const upstream = upstreamOf(first.url, { tls: { ca: CA } });
    assert.equal(await ask(client, upstream), "SERVING");
    await first.close();
    await assert.rejects(ask(client, upstream), /refused/i);
    const again = name === "grpc-js"
      ? startGrpcJsUpstream({ port: first.port })
      : startHttp2Upstream({ port: first.port, ...(upstream.url.startsWith("grpcs") && { certificate: "good" }) });
    await using _second = await again;
    assert.equal(await ask(client, upstream), "SERVING");
    client.close();
    assert.ok(client.dials() >= 3);
  });

  Deno.test(`unary() makes five hundred calls of ${name}, twenty at a time`, async () => {
    await using server = await start();
    const client = createCountingClient();
    const upstream = upstreamOf(server.url, { tls: { ca: CA } });
    for (let round = 0; round < 25; round++) {
      const asked = Array.from({ length: 20 }, () => ask(client, upstream));
      assert.deepEqual(new Set(await Promise.all(asked)), new Set(["SERVING"]));
    }
    client.close();
    assert.equal(client.dials(), 1);
  });
}

Deno.test("unary() is told that a method does not exist", async () => {
  await using server = await startGrpcJsUpstream();
  const client = createCountingClient();
  const result = await client.unary(upstreamOf(server.url), check({ path: "/grpc.health.v1.Health/Nothing" }));
  client.close();
  assert.equal(brief(result), "HTTP 200, 0 bytes, grpc-status 12");
});

Deno.test("unary() does not use a connection again on which a call hung, and leaves no socket behind", async () => {
  await using server = await startFaultServer({ when: "connect", end: "hang" });
  const client = createCountingClient();
  const upstream = upstreamOf(server.url.replace("http", "grpc"));
  for (const dials of [1, 2]) {
    const abort = new AbortController();
    const done = server.done();
    const result = client.unary(upstream, check({ signal: abort.signal }));
    await done;
    abort.abort(new Error("too late"));
    await assert.rejects(result, /too late/);
    assert.equal(client.dials(), dials);
    await server.idle();
  }
  client.close();
});

Deno.test("stream() hands on every change that a Watch of grpc-js tells, for as long as it is let", async () => {
  await using server = await startGrpcJsUpstream();
  const client = createCountingClient();
  const upstream = upstreamOf(server.url);
  const abort = new AbortController();
  const seen: (number | undefined)[] = [];
  let told = Promise.withResolvers<void>();
  const { timeoutMs: _, ...call } = check({ path: "/grpc.health.v1.Health/Watch", signal: abort.signal });
  const result = client.stream(upstream, {
    ...call,
    onBody(bytes) {
      for (const { payload } of decodeFrames(bytes) ?? []) seen.push(decodeHealthCheckResponse(payload));
      told.resolve();
    },
  });
  const expected: number[] = [];
  for (let round = 0; round < 300; round++) {
    const status = round % 2 === 0 ? "SERVING" : "NOT_SERVING";
    expected.push(WIRE_STATUS[status]);
    if (round > 0) server.setStatus("", status);
    await told.promise;
    told = Promise.withResolvers();
  }
  assert.deepEqual(seen, expected);
  assert.equal(await ask(client, upstream), "NOT_SERVING", "beside it, on the same connection");
  assert.equal(client.dials(), 1);
  abort.abort(new Error("enough"));
  await assert.rejects(result, /enough/);
  client.close();
});

async function ask(client: GrpcClient, upstream: Upstream, service = ""): Promise<string> {
  const result = await client.unary(upstream, check({ message: encodeHealthCheckRequest(service) }));
  if (result.kind !== "reply") return brief(result);
  const code = result.trailers.get("grpc-status");
  if (code !== "0") return `grpc-status ${code}`;
  const [frame] = decodeFrames(result.body) ?? [];
  const status = decodeHealthCheckResponse(frame?.payload ?? new Uint8Array());
  return Object.entries(WIRE_STATUS).find(([, number]) => number === status)?.[0] ?? `status ${status}`;
}
