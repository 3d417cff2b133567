import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { WIRE_STATUS } from "../../src/wire/health.ts";
import { eventually, passed } from "../support/eventually.ts";
import { startFaultServer } from "../support/fault-server.ts";
import { startGrpcJsUpstream } from "../support/grpc-js-upstream.ts";
import { type RunningProcess, startOnDeno } from "../support/rollcall-deno.ts";
import { startUpstream } from "../support/upstream.ts";
import { runtimeSuite } from "./suite.ts";
import { HANDSHAKE, vanish } from "./suite/websocket.ts";

runtimeSuite("Deno", (options) => startOnDeno(options));

Deno.test("Deno: REFRESH_EVERY_MS refreshes the snapshot with nobody asking", async () => {
  await using upstream = await startUpstream();
  await using rollcall = await startOnDeno({
    upstreams: [{ name: "a", url: upstream.url }],
    vars: { REFRESH_EVERY_MS: "200", TTL_MS: "100", STALE_MS: "60000" },
  });
  await eventually(() => rollcall.entries("refresh")[2], () => `there are no three refreshes in\n${rollcall.log()}`);
  assert.ok(upstream.requests() >= 3);
});

Deno.test("Deno: SIGTERM ends open Watch streams with NOT_SERVING and OK, and the process with 0", async () => {
  await using upstream = await startUpstream();
  await using rollcall = await startOnDeno({ upstreams: [{ name: "a", url: upstream.url }] });
  const client = createClient(Health, createGrpcWebTransport({ baseUrl: rollcall.url }));
  const startedMs = Date.now();
  let exit: Promise<number> | undefined;
  const seen: number[] = [];
  for await (const { status } of client.watch({ service: "a" })) {
    seen.push(status);
    exit = rollcall.terminate();
  }
  assert.deepEqual(seen, [WIRE_STATUS.SERVING, WIRE_STATUS.NOT_SERVING]);
  assert.equal(await exit, 0);
  assert.ok(Date.now() - startedMs < 5_000, "it took its time");
});

Deno.test("Deno: a process out of file descriptors calls nobody dead for it, and serves again when it has some", async () => {
  await using upstream = await startUpstream();
  const vars = { TTL_MS: "100", STALE_MS: "200", REFRESH_EVERY_MS: "100" };
  await using rollcall = await startOnDeno({ upstreams: [{ name: "a", url: upstream.url }], vars }, 120);
  const { hostname, port } = new URL(rollcall.url);
  const strangers: Deno.Conn[] = [];
  const stranger = () =>
    Deno.connect({ hostname, port: Number(port) }).then((connection) => strangers.push(connection), () => 0);
  while (await stranger()); // Until the listener, which can accept no more, has gone.
  await eventually(() => rollcall.entries("listener-error")[0], () => `the listener held:\n${rollcall.log()}`);
  for (const stranger of strangers) stranger.close();
  const answer = await eventually(() => fetch(`${rollcall.url}/dry_run`).catch(() => undefined), rollcall.log);
  assert.equal(answer.status, 200);
  for (const { notServing } of rollcall.entries("refresh")) assert.deepEqual(notServing, []);
});

Deno.test("Deno: clients that leave before their WebSocket is answered keep no file descriptor", async () => {
  await using hung = await startFaultServer({ end: "hang" });
  await using rollcall = await startOnDeno({ upstreams: [{ name: "hung", url: hung.url, timeoutMs: 500 }] }, 120);
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 20 }, () => vanish(rollcall)));
    // Long enough to be seen to have gone, and far shorter than the hung upstream.
    await passed(50);
  }
  const answer = await fetch(`${rollcall.url}/dry_run`);
  assert.equal(answer.status, 503);
  await answer.body?.cancel();
  assert.deepEqual(rollcall.entries("listener-error"), []);
});

Deno.test("Deno: clients that reset their connection in a WebSocket's handshake cannot take every file descriptor", async () => {
  await using rollcall = await startOnDeno({}, 400);
  for (let round = 0; round < 30; round++) {
    await Promise.all(Array.from({ length: 20 }, () => resetHandshake(rollcall.url)));
  }
  assert.equal((await fetch(`${rollcall.url}/`)).status, 200);
  assert.deepEqual(rollcall.entries("listener-error"), []);
});

/** Ask for a WebSocket, and reset the connection at once, of which Deno's server is never told. */
async function resetHandshake(url: string): Promise<void> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(`GET /dry_run HTTP/1.1\r\nhost: ${host}\r\n${HANDSHAKE}upgrade: websocket\r\n\r\n`, () => {
    socket.resetAndDestroy();
  });
  await once(socket, "close");
}

/** No check of these is due while a test lasts, and nobody refreshes but a reader. */
const SELDOM = { watch: true, ttlMs: 60_000 };

Deno.test("Deno: watch = true makes a change known long before a check is due", async () => {
  await using fetched = await startUpstream();
  await using native = await startGrpcJsUpstream();
  await using rollcall = await startOnDeno({
    upstreams: [
      { name: "a", url: fetched.url, protocol: "grpc-web", ...SELDOM },
      { name: "b", url: native.url, ...SELDOM },
    ],
  });
  await becomes(rollcall, 200);
  await eventually(() => rollcall.entries("watch")[1], () => `no two streams are open:\n${rollcall.log()}`);
  const checks = fetched.requests();
  for (const upstream of [fetched, native]) {
    upstream.setStatus("", "NOT_SERVING");
    await becomes(rollcall, 503);
    upstream.setStatus("", "SERVING");
    await becomes(rollcall, 200);
  }
  assert.equal(fetched.requests(), checks);
  assert.equal(await rollcall.terminate(), 0);
});

Deno.test("Deno: watch = true sees a server die and come back long before a check is due", async () => {
  for (
    const [start, registered] of [
      [startUpstream, { protocol: "connect" }],
      [startGrpcJsUpstream, { protocol: "grpc" }],
    ] as const
  ) {
    const before = await start();
    const { url, port } = before;
    await using rollcall = await startOnDeno({ upstreams: [{ name: "a", url, ...registered, ...SELDOM }] });
    await becomes(rollcall, 200);
    await eventually(() => rollcall.entries("watch")[0], () => `no stream is open:\n${rollcall.log()}`);
    await before.close();
    await becomes(rollcall, 503);
    await using _after = await start({ port });
    await becomes(rollcall, 200);
    assert.deepEqual(rollcall.entries("watch").map(({ state }) => state), ["connected", "ended", "connected"]);
  }
});

async function becomes(rollcall: RunningProcess, status: number): Promise<void> {
  await eventually(
    async () => (await fetch(`${rollcall.url}/dry_run`)).status === status || undefined,
    () => `it does not become ${status}:\n${rollcall.log()}`,
  );
}

Deno.test("Deno: the start banner says where it listens and whom it watches", async () => {
  await using upstream = await startUpstream();
  await using rollcall = await startOnDeno({ upstreams: [{ name: "a", url: upstream.url }], isDirect: true });
  const [entry] = rollcall.entries("listening");
  assert.deepEqual(entry, {
    event: "listening",
    url: rollcall.url,
    grpc: `grpc://${rollcall.grpc}`,
    upstreams: [{ name: "a", url: upstream.url, protocol: "auto" }],
    groups: [],
    problems: 0,
  });
});
