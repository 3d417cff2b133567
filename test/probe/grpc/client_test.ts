import assert from "node:assert/strict";
import { ERROR_CODE, FRAME_TYPE } from "../../../src/probe/grpc/protocol.ts";
import { check, upstreamOf } from "./call.ts";
import { brief, createHarness } from "./harness.ts";
import { answer, createMemoryPeer, join, say } from "./memory-peer.ts";

const GOOD = "HTTP 200, 7 bytes, grpc-status 0";

Deno.test("unary() dials once for calls at once and after each other", async () => {
  const { client, begin, peer } = createHarness();
  const [first, second] = [await begin(), await begin()];
  first.connection.send(say.settings(), answer(1), answer(3));
  await Promise.all([first.result, second.result]);
  const third = await begin();
  third.connection.send(answer(5));
  assert.equal(brief(await third.result), GOOD);
  assert.equal(peer.connections.length, 1);
  client.close();
});

Deno.test("unary() shares a dial under way, which ends only with the last that waits for it", async () => {
  let signal: AbortSignal | undefined;
  const open = Promise.withResolvers<void>();
  const peer = createMemoryPeer({ onDial: (given) => (signal = given, open.promise) });
  const { client, settle } = createHarness(peer);
  const aborts = [new AbortController(), new AbortController()];
  const upstream = upstreamOf("grpc://a.example:1");
  const results = aborts.map(({ signal }) => client.unary(upstream, check({ signal })));
  aborts[0]?.abort(new Error("too late"));
  await assert.rejects(results[0] ?? Promise.resolve(), /too late/);
  assert.equal(signal?.aborted, false);
  open.resolve();
  await settle();
  const [connection] = peer.connections;
  connection?.send(say.settings(), answer(1));
  assert.equal(brief(await (results[1] ?? assert.fail())), GOOD);
  await settle();
  assert.ok(connection?.isClosed(), "a call timed out on it");
  client.close();
});

Deno.test("unary() gives a dial up when nobody waits for it any more", async () => {
  let signal: AbortSignal | undefined;
  const peer = createMemoryPeer({ onDial: (given) => (signal = given, new Promise(() => {})) });
  const { client } = createHarness(peer);
  const abort = new AbortController();
  const result = client.unary(upstreamOf("grpc://a.example:1"), check({ signal: abort.signal }));
  abort.abort(new Error("too late"));
  await assert.rejects(result, /too late/);
  assert.equal(signal?.aborted, true);
  client.close();
});

Deno.test("unary() closes what is dialled although nobody waits for it any more", async () => {
  const open = Promise.withResolvers<void>();
  const peer = createMemoryPeer({ onDial: () => open.promise });
  const { client, settle } = createHarness(peer);
  const result = client.unary(upstreamOf("grpc://a.example:1"), check());
  client.close();
  assert.equal(brief(await result), "unavailable: the connection was closed");
  open.resolve();
  await settle();
  assert.deepEqual(peer.connections.map((connection) => connection.isClosed()), [true]);
});

Deno.test("unary() rejects with what the dial rejected with, for all who waited; the next call dials anew", async () => {
  const refused = new Error("Connection refused (os error 111)");
  let dials = 0;
  const peer = createMemoryPeer({ onDial: () => (dials++, Promise.reject(refused)) });
  const { client } = createHarness(peer);
  const upstream = upstreamOf("grpc://a.example:1");
  const results = await Promise.allSettled([client.unary(upstream, check()), client.unary(upstream, check())]);
  assert.deepEqual(results, Array(2).fill({ status: "rejected", reason: refused }));
  await assert.rejects(client.unary(upstream, check()), refused);
  assert.equal(dials, 2);
  client.close();
});

Deno.test("unary() rejects with the signal's reason and asks nothing when it is aborted already", async () => {
  const { client, peer } = createHarness();
  const call = check({ signal: AbortSignal.abort(new Error("too late")) });
  await assert.rejects(client.unary(upstreamOf("grpc://a.example:1"), call), /too late/);
  assert.equal(peer.connections.length, 0);
  client.close();
});

Deno.test("unary() ends at once when its signal aborts; the connection serves who is on it and takes nobody else", async () => {
  const { client, begin, peer, settle } = createHarness();
  const abort = new AbortController();
  const late = await begin({ signal: abort.signal });
  late.connection.send(say.settings());
  await settle();
  const patient = await begin();
  abort.abort(new Error("too late"));
  await assert.rejects(late.result, /too late/);
  await settle();
  assert.deepEqual(join(...late.connection.writes).subarray(-13), say.reset(1, ERROR_CODE.CANCEL));
  const next = await begin();
  assert.equal(peer.connections.length, 2);
  late.connection.send(answer(1), answer(3));
  assert.equal(brief(await patient.result), GOOD, "what still comes for the first disturbs nobody");
  await settle();
  assert.ok(late.connection.isClosed());
  next.connection.send(say.settings(), answer(1));
  assert.equal(brief(await next.result), GOOD);
  client.close();
});

Deno.test("unary() uses a connection of its own when it must be fresh, which takes the place of the one before", async () => {
  const { client, begin, peer } = createHarness();
  const hung = await begin();
  const fresh = await begin({ isFresh: true });
  assert.equal(peer.connections.length, 2);
  fresh.connection.send(say.settings(), answer(1));
  assert.equal(brief(await fresh.result), GOOD);
  const next = await begin();
  assert.equal(peer.connections.length, 2);
  next.connection.send(answer(3));
  assert.equal(brief(await next.result), GOOD);
  hung.connection.send(say.settings(), answer(1));
  assert.equal(brief(await hung.result), GOOD, "a late answer is one");
  assert.ok(hung.connection.isClosed());
  assert.ok(!fresh.connection.isClosed());
  client.close();
});

Deno.test("unary() dials anew when a kept connection was closed while idle, and tells nobody", async () => {
  for (const end of ["end", "break"] as const) {
    const { client, begin, peer, settle } = createHarness();
    const first = await begin();
    first.connection.send(say.settings(), answer(1));
    await first.result;
    if (end === "end") first.connection.end();
    else first.connection.break(new Error("Connection reset by peer (os error 104)"));
    await settle();
    const second = await begin();
    assert.equal(peer.connections.length, 2);
    second.connection.send(say.settings(), answer(1));
    assert.equal(brief(await second.result), GOOD);
    client.close();
  }
});

const LOST: readonly (readonly [how: string, lose: (connection: Begun) => void])[] = [
  ["ends", (connection) => connection.end()],
  ["breaks", (connection) => connection.break(new Error("Connection reset by peer (os error 104)"))],
  ["goes away", (connection) => connection.send(say.goaway(1, ERROR_CODE.NO_ERROR))],
];
type Begun = Awaited<ReturnType<ReturnType<typeof createHarness>["begin"]>>["connection"];

for (const [how, lose] of LOST) {
  Deno.test(`unary() asks once more when a kept connection ${how} before it answers`, async () => {
    const { client, begin, peer, settle } = createHarness();
    const first = await begin();
    first.connection.send(say.settings(), answer(1));
    await first.result;
    const [second, third] = [await begin(), await begin()];
    lose(first.connection);
    await settle();
    assert.equal(peer.connections.length, 2, "both on the same new connection");
    peer.connections[1]?.send(say.settings(), answer(1));
    await settle();
    peer.connections[1]?.send(answer(3));
    assert.deepEqual([brief(await second.result), brief(await third.result)], [GOOD, GOOD]);
    client.close();
  });
}

Deno.test("unary() asks once more only once, only on a kept connection, and only when nothing came", async () => {
  const { client, begin, peer, settle } = createHarness();
  const unkept = await begin();
  unkept.connection.end();
  assert.equal(brief(await unkept.result), "unavailable: the connection ended");
  const kept = await begin();
  kept.connection.send(say.settings(), answer(1));
  await kept.result;
  const begun = await begin();
  begun.connection.send(say.headers(3, { ":status": "200" }));
  begun.connection.end();
  assert.equal(brief(await begun.result), "unavailable: the connection ended");
  assert.equal(peer.connections.length, 2);
  const again = await begin();
  again.connection.send(say.settings(), answer(1));
  await again.result;
  const twice = await begin();
  twice.connection.end();
  await settle();
  peer.connections.at(-1)?.end();
  assert.equal(brief(await twice.result), "unavailable: the connection ended");
  assert.equal(peer.connections.length, 4);
  client.close();
});

Deno.test("unary() rejects with what the platform threw when the connection breaks", async () => {
  const { client, begin } = createHarness();
  const { connection, result } = await begin();
  const reset = new Error("Connection reset by peer (os error 104)");
  connection.break(reset);
  await assert.rejects(result, reset);
  client.close();
});

Deno.test("unary() gives up a peer that does not read what it makes us write", async () => {
  const peer = createMemoryPeer({ isDeaf: true });
  const { client, begin, clock, settle } = createHarness(peer);
  const { connection, result } = await begin();
  connection.send(say.settings());
  const pings = join(...Array(90).fill(say.ping(new Uint8Array(8))));
  while (!connection.isClosed()) {
    connection.send(pings);
    await settle();
    await clock.advance(10_001);
  }
  await assert.rejects(result, /does not read/);
  client.close();
});

Deno.test("a client closes a connection that nobody used for a minute, and no timer is left", async () => {
  const { client, begin, clock } = createHarness();
  const first = await begin();
  first.connection.send(say.settings(), answer(1));
  await first.result;
  await clock.advance(59_999);
  const second = await begin();
  assert.equal(clock.sleepers(), 0);
  await clock.advance(120_000);
  assert.ok(!second.connection.isClosed(), "a call is under way");
  second.connection.send(answer(3));
  await second.result;
  await clock.advance(59_999);
  assert.ok(!second.connection.isClosed());
  await clock.advance(1);
  assert.ok(second.connection.isClosed());
  assert.equal(clock.sleepers(), 0);
  client.close();
});

Deno.test("close() drops every connection, and calls under way end", async () => {
  const { client, begin, peer, clock } = createHarness();
  const done = client.unary(upstreamOf("grpc://b.example:1", { name: "b" }), check());
  const { result } = await begin();
  peer.connections[0]?.send(say.settings(), answer(1));
  await done;
  client.close();
  assert.equal(brief(await result), "unavailable: the connection was closed");
  assert.deepEqual(peer.connections.map((connection) => connection.isClosed()), [true, true]);
  assert.equal(clock.sleepers(), 0);
});

Deno.test("unary() shares no connection between upstreams, nor with another address under the same name", async () => {
  const { client, peer, settle } = createHarness();
  const upstreams = [
    upstreamOf("grpc://a.example:1"),
    upstreamOf("grpc://a.example:1", { name: "b" }),
    upstreamOf("grpc://a.example:2"),
    upstreamOf("grpc://a.example:2", { tls: { ca: "x" } }),
    upstreamOf("grpc://a.example:2", { via: "INSIDE" }),
  ];
  for (const upstream of upstreams) client.unary(upstream, check()).catch(() => {});
  await settle();
  assert.equal(peer.connections.length, upstreams.length);
  client.unary({ ...upstreamOf("grpc://a.example:2", { via: "INSIDE" }) }, check()).catch(() => {});
  await settle();
  assert.equal(peer.connections.length, upstreams.length, "an equal one shares");
  client.close();
});

Deno.test("stream() hands the body on as it comes, and ends with the call", async () => {
  const { client, peer, settle } = createHarness();
  const seen: string[] = [];
  const { timeoutMs: _, ...call } = check();
  const result = client.stream(upstreamOf("grpc://a.example:1"), {
    ...call,
    onBody: (bytes, { httpStatus, headers }) => seen.push(`${httpStatus} ${headers.get("content-type")} ${bytes}`),
  });
  await settle();
  const [connection] = peer.connections;
  assert.ok(connection);
  assert.equal(connection.frames().filter(({ type }) => type === FRAME_TYPE.HEADERS).length, 1);
  connection.send(say.settings(), say.headers(1, { ":status": "200", "content-type": "application/grpc" }));
  connection.send(say.data(1, Uint8Array.of(0, 0)), say.data(1, Uint8Array.of(0, 0, 2)));
  await settle();
  connection.send(say.data(1, Uint8Array.of(8, 1)));
  await settle();
  assert.deepEqual(seen, ["200 application/grpc 0,0", "200 application/grpc 0,0,2", "200 application/grpc 8,1"]);
  connection.end();
  assert.equal(brief(await result), "unavailable: the connection ended");
  client.close();
});
