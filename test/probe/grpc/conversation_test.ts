import assert from "node:assert/strict";
import { createHpackDecoder } from "../../../src/probe/grpc/hpack.ts";
import { ERROR_CODE, FLAG, FRAME_TYPE, SETTING } from "../../../src/probe/grpc/protocol.ts";
import { check, upstreamOf } from "./call.ts";
import { brief, createHarness } from "./harness.ts";
import { hex } from "./hex.ts";
import { answer, createMemoryPeer, join, OK_HEAD, OK_TRAILERS, say, SERVING } from "./memory-peer.ts";

const GOOD = "HTTP 200, 7 bytes, grpc-status 0";

Deno.test("a conversation begins with one write: preface, SETTINGS, HEADERS, DATA", async () => {
  const { client, begin } = createHarness();
  const { connection, result } = await begin({ headers: { "x-key": "s3cret" }, message: Uint8Array.of(1, 2) });
  assert.equal(connection.writes.length, 1);
  const preface = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  const settings = hex("00000c 04 00 00000000 0002 00000000 0006 00008000");
  const [first = new Uint8Array()] = connection.writes;
  assert.deepEqual(first.subarray(0, preface.length + settings.length), join(preface, settings));
  const [, headers, data] = connection.frames();
  assert.ok(headers && data);
  assert.deepEqual([headers.type, headers.flags, headers.streamId], [FRAME_TYPE.HEADERS, FLAG.END_HEADERS, 1]);
  const hpack = createHpackDecoder({ tableMaxBytes: 4096, listMaxBytes: 4096, fieldsMax: 20 });
  assert.deepEqual(hpack.decode(headers.payload), {
    kind: "fields",
    fields: [
      [":method", "POST"],
      [":scheme", "http"],
      [":path", "/grpc.health.v1.Health/Check"],
      [":authority", "a.example:50051"],
      ["te", "trailers"],
      ["content-type", "application/grpc"],
      ["grpc-timeout", "1500m"],
      ["x-key", "s3cret"],
    ],
  });
  assert.deepEqual(data, {
    type: FRAME_TYPE.DATA,
    flags: FLAG.END_STREAM,
    streamId: 1,
    payload: hex("00 00000002 0102"),
  });
  connection.send(say.settings(), answer(1));
  assert.equal(brief(await result), GOOD);
  client.close();
});

Deno.test("a conversation acknowledges SETTINGS and PING byte for byte, and nothing else", async () => {
  const { client, begin, settle } = createHarness();
  const { connection } = await begin();
  connection.send(say.settings([SETTING.MAX_FRAME_SIZE, 16_384]), say.ping(hex("0102030405060708")));
  await settle();
  assert.deepEqual(
    join(...connection.writes.slice(1)),
    hex("000000 04 01 00000000  000008 06 01 00000000 0102030405060708"),
  );
  const acks = [
    say.frame({ type: FRAME_TYPE.SETTINGS, flags: FLAG.ACK }),
    hex("000008 06 01 00000000 0102030405060708"),
  ];
  connection.send(...acks);
  await settle();
  assert.equal(join(...connection.writes.slice(1)).length, 26);
  client.close();
});

Deno.test("a conversation gives the authority and the path of the upstream's URL", async () => {
  const peer = createMemoryPeer();
  const { client, settle } = createHarness(peer);
  const upstream = upstreamOf("http://a.example/base", { authority: "inner.example" });
  client.unary(upstream, check()).catch(() => {});
  await settle();
  const [, headers] = peer.connections[0]?.frames() ?? [];
  const hpack = createHpackDecoder({ tableMaxBytes: 4096, listMaxBytes: 4096, fieldsMax: 20 });
  const block = hpack.decode(headers?.payload ?? new Uint8Array());
  assert.ok(block.kind === "fields");
  assert.deepEqual(block.fields.slice(2, 4), [
    [":path", "/base/grpc.health.v1.Health/Check"],
    [":authority", "inner.example"],
  ]);
  client.close();
});

Deno.test("a conversation cuts long headers into CONTINUATIONs", async () => {
  const { client, begin } = createHarness();
  const { connection } = await begin({ headers: { "x-long": "a".repeat(40_000) } });
  const frames = connection.frames().slice(1);
  assert.deepEqual(
    frames.map(({ type, flags, payload }) => [type, flags, payload.length > 16_384]),
    [
      [FRAME_TYPE.HEADERS, 0, false],
      [FRAME_TYPE.CONTINUATION, 0, false],
      [FRAME_TYPE.CONTINUATION, FLAG.END_HEADERS, false],
      [FRAME_TYPE.DATA, FLAG.END_STREAM, false],
    ],
  );
  client.close();
});

Deno.test("a conversation sends as much of a message as the peer's windows allow, and the rest when they grow", async () => {
  const { client, begin, settle } = createHarness();
  const { connection } = await begin({ message: new Uint8Array(70_000) });
  const sent = () =>
    connection.frames().filter(({ type }) => type === FRAME_TYPE.DATA).map(({ payload }) => payload.length);
  assert.deepEqual(sent(), [16_384, 16_384, 16_384, 16_383]);
  connection.send(say.settings(), say.window(1, 100_000));
  await settle();
  assert.equal(sent().length, 4, "the connection's window is used up");
  connection.send(say.window(0, 1_000));
  await settle();
  assert.deepEqual(sent().slice(4), [1_000]);
  connection.send(say.window(0, 10_000));
  await settle();
  assert.deepEqual(sent().slice(5), [3_470]);
  assert.equal(connection.frames().at(-1)?.flags, FLAG.END_STREAM);
  client.close();
});

Deno.test("a conversation obeys SETTINGS_INITIAL_WINDOW_SIZE for streams to come and those under way", async () => {
  const { client, begin, settle } = createHarness();
  const first = await begin();
  const { connection } = first;
  connection.send(say.settings([SETTING.INITIAL_WINDOW_SIZE, 3]));
  await settle();
  await begin();
  const sent = () =>
    connection.frames().filter(({ type, streamId }) => type === FRAME_TYPE.DATA && streamId === 3)
      .map(({ payload, flags }) => [payload.length, flags]);
  assert.deepEqual(sent(), [[3, 0]]);
  connection.send(say.settings([SETTING.INITIAL_WINDOW_SIZE, 4]));
  await settle();
  assert.deepEqual(sent(), [[3, 0], [1, 0]]);
  connection.send(say.settings([SETTING.INITIAL_WINDOW_SIZE, 0]), say.window(3, 4));
  await settle();
  assert.deepEqual(sent(), [[3, 0], [1, 0]], "the window is below zero");
  connection.send(say.window(3, 1));
  await settle();
  assert.deepEqual(sent(), [[3, 0], [1, 0], [1, FLAG.END_STREAM]]);
  client.close();
});

Deno.test("a conversation opens one stream before the peer's SETTINGS, and then as many as these allow", async () => {
  const { client, begin, settle } = createHarness();
  const [first, second, third] = [await begin(), await begin(), await begin()];
  const { connection } = first;
  const opened = () =>
    connection.frames().filter(({ type }) => type === FRAME_TYPE.HEADERS).map(({ streamId }) => streamId);
  assert.deepEqual(opened(), [1]);
  connection.send(say.settings([SETTING.MAX_CONCURRENT_STREAMS, 2]));
  await settle();
  assert.deepEqual(opened(), [1, 3]);
  connection.send(answer(1));
  assert.equal(brief(await first.result), GOOD);
  await settle();
  assert.deepEqual(opened(), [1, 3, 5]);
  connection.send(answer(5), answer(3));
  assert.equal(brief(await second.result), GOOD);
  assert.equal(brief(await third.result), GOOD);
  client.close();
});

Deno.test("a conversation gives windows back, so that a long stream never stalls", async () => {
  const { client, peer, settle } = createHarness();
  let received = 0;
  const onBody = (bytes: Uint8Array) => void (received += bytes.length);
  const { timeoutMs: _, ...call } = check();
  const result = client.stream(upstreamOf("grpc://a.example:1"), { ...call, onBody });
  await settle();
  const [connection] = peer.connections;
  assert.ok(connection);
  connection.send(say.settings(), say.headers(1, OK_HEAD));
  const given = (streamId: number) =>
    connection.frames().filter((frame) => frame.type === FRAME_TYPE.WINDOW_UPDATE && frame.streamId === streamId)
      .reduce((sum, { payload }) => sum + new DataView(payload.buffer).getUint32(0), 65_535);
  const chunk = new Uint8Array(16_000);
  for (let sent = chunk.length; sent <= 2_000_000; sent += chunk.length) {
    connection.send(say.data(1, chunk));
    await settle();
    assert.ok(Math.min(given(0), given(1)) - sent >= 16_384, `stalled after ${sent} bytes`);
    assert.ok(Math.max(given(0), given(1)) - sent <= 65_535, "more than the protocol's own window");
  }
  connection.send(say.headers(1, OK_TRAILERS, FLAG.END_STREAM));
  assert.equal(brief(await result), "HTTP 200, 0 bytes, grpc-status 0");
  assert.equal(received, 2_000_000);
  client.close();
});

const ANSWERS: readonly (readonly [name: string, bytes: Uint8Array, expect: string])[] = [
  ["headers, body, trailers", answer(1), GOOD],
  [
    "trailers only",
    say.headers(1, { ...OK_HEAD, "grpc-status": "5" }, FLAG.END_STREAM),
    "HTTP 200, 0 bytes, grpc-status 5",
  ],
  [
    "informational headers first",
    join(say.headers(1, { ":status": "103", link: "</a>" }), say.headers(1, { ":status": "100" }), answer(1)),
    GOOD,
  ],
  [
    "a body in many frames, some empty",
    join(
      say.headers(1, OK_HEAD),
      ...[...SERVING].flatMap((byte) => [say.data(1, Uint8Array.of(byte)), say.data(1, new Uint8Array())]),
      say.headers(1, OK_TRAILERS, FLAG.END_STREAM),
    ),
    GOOD,
  ],
  [
    "padding everywhere",
    join(
      say.frame({
        type: FRAME_TYPE.HEADERS,
        flags: FLAG.END_HEADERS | FLAG.PADDED | FLAG.PRIORITY,
        streamId: 1,
        payload: hex("03 00000000 10 88 000000"),
      }),
      say.data(1, hex("02 00000000020801 0000"), FLAG.PADDED),
      say.headers(1, OK_TRAILERS, FLAG.END_STREAM),
    ),
    GOOD,
  ],
  [
    "headers in three pieces",
    join(
      say.frame({ type: FRAME_TYPE.HEADERS, streamId: 1, payload: hex("88") }),
      say.frame({ type: FRAME_TYPE.CONTINUATION, streamId: 1 }),
      say.frame({
        type: FRAME_TYPE.CONTINUATION,
        flags: FLAG.END_HEADERS,
        streamId: 1,
        payload: hex("88").subarray(1),
      }),
      say.data(1, SERVING),
      say.headers(1, OK_TRAILERS, FLAG.END_STREAM),
    ),
    GOOD,
  ],
  [
    "no trailers",
    join(say.headers(1, OK_HEAD), say.data(1, SERVING, FLAG.END_STREAM)),
    "HTTP 200, 7 bytes, grpc-status undefined",
  ],
  [
    "frames of unknown types, PRIORITY, and acks between",
    join(
      hex("000002 fe ff 00000001 0102"),
      hex("000005 02 00 00000003 0000000000"),
      hex("000000 04 01 00000000"),
      answer(1),
    ),
    GOOD,
  ],
  [
    "a body that is too long",
    join(say.headers(1, OK_HEAD), ...Array(5).fill(say.data(1, new Uint8Array(16_000)))),
    "protocol_mismatch: answer longer than 65536 bytes",
  ],
  [
    "a body that is short, and padded without end",
    join(
      say.headers(1, OK_HEAD),
      ...Array(257).fill(say.data(1, Uint8Array.of(254, 0, ...Array(254).fill(0)), FLAG.PADDED)),
    ),
    "protocol_mismatch: answer longer than 65536 bytes",
  ],
  [
    "headers without a status",
    say.headers(1, { "content-type": "application/grpc" }),
    "protocol_mismatch: headers without a status",
  ],
  ["a header in upper case", say.headers(1, { ...OK_HEAD, "X-Bad": "1" }), "protocol_mismatch: malformed header field"],
  ["DATA before headers", say.data(1, SERVING), "protocol_mismatch: DATA before the headers"],
  [
    "informational headers that end",
    say.headers(1, { ":status": "103" }, FLAG.END_STREAM),
    "protocol_mismatch: informational headers that end the stream",
  ],
  [
    "headers twice",
    join(say.headers(1, OK_HEAD), say.headers(1, OK_HEAD)),
    "protocol_mismatch: headers in the middle of the body",
  ],
  [
    "pseudo-header in the trailers",
    join(say.headers(1, OK_HEAD), say.headers(1, OK_HEAD, FLAG.END_STREAM)),
    "protocol_mismatch: pseudo-header in the trailers",
  ],
  ["RST_STREAM REFUSED_STREAM", say.reset(1, ERROR_CODE.REFUSED_STREAM), "code 14: RST_STREAM REFUSED_STREAM"],
  ["RST_STREAM CANCEL", say.reset(1, ERROR_CODE.CANCEL), "code 1: RST_STREAM CANCEL"],
  ["RST_STREAM ENHANCE_YOUR_CALM", say.reset(1, ERROR_CODE.ENHANCE_YOUR_CALM), "code 8: RST_STREAM ENHANCE_YOUR_CALM"],
  [
    "RST_STREAM INADEQUATE_SECURITY",
    say.reset(1, ERROR_CODE.INADEQUATE_SECURITY),
    "code 7: RST_STREAM INADEQUATE_SECURITY",
  ],
  ["RST_STREAM INTERNAL_ERROR", say.reset(1, ERROR_CODE.INTERNAL_ERROR), "code 13: RST_STREAM INTERNAL_ERROR"],
  ["RST_STREAM of an unknown code", say.reset(1, 0xff), "code 13: RST_STREAM error code 255"],
  [
    "RST_STREAM HTTP_1_1_REQUIRED",
    say.reset(1, ERROR_CODE.HTTP_1_1_REQUIRED),
    "protocol_mismatch: RST_STREAM HTTP_1_1_REQUIRED",
  ],
  [
    "RST_STREAM in the body",
    join(say.headers(1, OK_HEAD), say.data(1, SERVING), say.reset(1, ERROR_CODE.NO_ERROR)),
    "code 13: RST_STREAM NO_ERROR",
  ],
];

for (const [name, bytes, expect] of ANSWERS) {
  Deno.test(`a conversation reads ${name}: ${expect}; another call may follow on the same connection`, async () => {
    const { client, peer, begin } = createHarness();
    const { connection, result } = await begin();
    connection.send(say.settings(), bytes);
    assert.equal(brief(await result), expect);
    const second = await begin();
    connection.send(answer(3));
    assert.equal(brief(await second.result), GOOD);
    assert.equal(peer.connections.length, 1);
    client.close();
  });
}

Deno.test("a conversation says CANCEL of a stream whose answer it does not read to its end", async () => {
  const { client, begin, settle } = createHarness();
  const { connection, result } = await begin();
  connection.send(say.settings(), say.data(1, SERVING));
  await result;
  await settle();
  assert.deepEqual(join(...connection.writes).subarray(-13), say.reset(1, ERROR_CODE.CANCEL));
  client.close();
});

Deno.test("a conversation does not wait for the page of a bare HTTP status, and goes on", async () => {
  const { client, peer, begin, settle } = createHarness();
  const { connection, result } = await begin();
  connection.send(say.settings(), say.headers(1, { ":status": "502", "content-type": "text/html" }));
  assert.equal(brief(await result), "HTTP 502, 0 bytes, grpc-status undefined");
  await settle();
  assert.deepEqual(join(...connection.writes).subarray(-13), say.reset(1, ERROR_CODE.CANCEL));
  const second = await begin();
  connection.send(say.data(1, new Uint8Array(100)), answer(3));
  assert.equal(brief(await second.result), GOOD);
  assert.equal(peer.connections.length, 1);
  client.close();
});

const FLOOD = "protocol_mismatch: flood of frames that bring no call further";

/** What ends the connection, and with it the call. */
const BROKEN: readonly (readonly [name: string, bytes: Uint8Array, expect: string])[] = [
  ["an HTTP/1 answer", text("HTTP/1.1 400 Bad Request\r\n\r\n"), "protocol_mismatch: it speaks HTTP/1.1 (400)"],
  ["an HTTP/1.0 answer", text("HTTP/1.0 404 Not Found\r\n\r\n"), "protocol_mismatch: it speaks HTTP/1.0 (404)"],
  ["a banner", text("SSH-2.0-OpenSSH_9\r\n"), 'protocol_mismatch: it speaks no HTTP/2, but begins "SSH-2.0-OpenSSH_"'],
  ["a TLS alert", hex("1503010002 0246 0000"), "protocol_mismatch: it speaks TLS, and was asked in plaintext"],
  [
    "no SETTINGS first",
    answer(1),
    `protocol_mismatch: it speaks no HTTP/2, but begins ${JSON.stringify(latin1(answer(1).subarray(0, 16)))}`,
  ],
  [
    "a frame that is too long",
    join(say.settings(), hex("004001 00 00 00000001")),
    "protocol_mismatch: frame of 16385 bytes",
  ],
  [
    "HPACK that is none",
    join(
      say.settings(),
      say.frame({ type: FRAME_TYPE.HEADERS, flags: FLAG.END_HEADERS, streamId: 1, payload: hex("ff ff ff ff ff") }),
    ),
    "protocol_mismatch: header block that is no HPACK",
  ],
  [
    "headers that are too large",
    join(
      say.settings(),
      ...Array.from({ length: 3 }, (_, index) =>
        say.frame({
          type: index === 0 ? FRAME_TYPE.HEADERS : FRAME_TYPE.CONTINUATION,
          streamId: 1,
          payload: new Uint8Array(16_000),
        })),
    ),
    "protocol_mismatch: header block that is too large",
  ],
  [
    "an HPACK bomb",
    join(
      say.settings(),
      say.frame({ type: FRAME_TYPE.HEADERS, flags: FLAG.END_HEADERS, streamId: 1, payload: bomb() }),
    ),
    "protocol_mismatch: header block that is too large",
  ],
  [
    "a frame within headers",
    join(say.settings(), say.frame({ type: FRAME_TYPE.HEADERS, streamId: 1 }), say.ping(new Uint8Array(8))),
    "protocol_mismatch: frame within a header block",
  ],
  [
    "CONTINUATION of nothing",
    join(say.settings(), say.frame({ type: FRAME_TYPE.CONTINUATION, streamId: 1 })),
    "protocol_mismatch: CONTINUATION out of place",
  ],
  [
    "CONTINUATION of another stream",
    join(
      say.settings(),
      say.frame({ type: FRAME_TYPE.HEADERS, streamId: 1 }),
      say.frame({ type: FRAME_TYPE.CONTINUATION, streamId: 3 }),
    ),
    "protocol_mismatch: CONTINUATION of another stream",
  ],
  ["HEADERS of stream 0", join(say.settings(), say.headers(0, OK_HEAD)), "protocol_mismatch: malformed HEADERS"],
  ["DATA of stream 0", join(say.settings(), say.data(0, SERVING)), "protocol_mismatch: malformed DATA"],
  [
    "padding longer than its frame",
    join(say.settings(), say.data(1, hex("09 01"), FLAG.PADDED)),
    "protocol_mismatch: malformed DATA",
  ],
  [
    "a stream that we never opened",
    join(say.settings(), answer(3)),
    "protocol_mismatch: frame on a stream that was never opened",
  ],
  [
    "a stream of the peer's own",
    join(say.settings(), answer(2)),
    "protocol_mismatch: frame on a stream that was never opened",
  ],
  [
    "PUSH_PROMISE",
    join(say.settings(), hex("000005 05 04 00000001 00000002 88")),
    "protocol_mismatch: PUSH_PROMISE, which we refused",
  ],
  ["SETTINGS of seven bytes", hex("000007 04 00 00000000 00000000000000"), "protocol_mismatch: malformed SETTINGS"],
  ["SETTINGS of a stream", hex("000000 04 00 00000001"), "protocol_mismatch: malformed SETTINGS"],
  [
    "a SETTINGS ack that says more",
    join(say.settings(), hex("000006 04 01 00000000 000100000000")),
    "protocol_mismatch: malformed SETTINGS",
  ],
  [
    "PING of seven bytes",
    join(say.settings(), hex("000007 06 00 00000000 00000000000000")),
    "protocol_mismatch: malformed PING",
  ],
  ["RST_STREAM of stream 0", join(say.settings(), say.reset(0, 0)), "protocol_mismatch: malformed RST_STREAM"],
  [
    "a short GOAWAY",
    join(say.settings(), hex("000004 07 00 00000000 00000000")),
    "protocol_mismatch: malformed GOAWAY",
  ],
  ["WINDOW_UPDATE of 0", join(say.settings(), say.window(1, 0)), "protocol_mismatch: malformed WINDOW_UPDATE"],
  [
    "a window that overflows",
    join(say.settings(), say.window(1, 2 ** 31 - 1)),
    "protocol_mismatch: window above its limit",
  ],
  [
    "a connection's window that overflows",
    join(say.settings(), say.window(0, 2 ** 31 - 1)),
    "protocol_mismatch: window above its limit",
  ],
  [
    "an initial window that is none",
    say.settings([SETTING.INITIAL_WINDOW_SIZE, 2 ** 31]),
    "protocol_mismatch: window above its limit",
  ],
  [
    "an initial window that makes another overflow",
    join(say.settings(), say.window(1, 2 ** 31 - 1 - 65_535), say.settings([SETTING.INITIAL_WINDOW_SIZE, 65_600])),
    "protocol_mismatch: window above its limit",
  ],
  [
    "GOAWAY before our stream",
    join(say.settings(), say.goaway(0, ERROR_CODE.NO_ERROR)),
    "unavailable: GOAWAY NO_ERROR",
  ],
  [
    "GOAWAY that wants HTTP/1",
    join(say.settings(), say.goaway(0, ERROR_CODE.HTTP_1_1_REQUIRED)),
    "protocol_mismatch: GOAWAY HTTP_1_1_REQUIRED",
  ],
  ["a SETTINGS flood", flood(say.settings()), FLOOD],
  ["a PING flood", join(say.settings(), flood(say.ping(new Uint8Array(8)))), FLOOD],
  ["a flood of acks", join(say.settings(), flood(hex("000000 04 01 00000000"))), FLOOD],
  ["a flood of empty DATA", join(say.settings(), say.headers(1, OK_HEAD), flood(say.data(1, new Uint8Array()))), FLOOD],
  [
    "a flood of DATA that is all padding",
    join(say.settings(), say.headers(1, OK_HEAD), flood(say.data(1, hex("01 00"), FLAG.PADDED))),
    FLOOD,
  ],
  [
    "a CONTINUATION flood",
    join(
      say.settings(),
      say.frame({ type: FRAME_TYPE.HEADERS, streamId: 1 }),
      flood(say.frame({ type: FRAME_TYPE.CONTINUATION, streamId: 1 })),
    ),
    FLOOD,
  ],
  ["a flood of informational headers", join(say.settings(), flood(say.headers(1, { ":status": "100" }))), FLOOD],
  ["a WINDOW_UPDATE flood", join(say.settings(), flood(say.window(1, 1))), FLOOD],
  ["a flood of GOAWAY", join(say.settings(), flood(say.goaway(2 ** 31 - 1, 0))), FLOOD],
  ["a flood of unknown frames", join(say.settings(), flood(hex("000000 fe 00 00000000"))), FLOOD],
];

for (const [name, bytes, expect] of BROKEN) {
  Deno.test(`a conversation ends at ${name}: ${expect}`, async () => {
    const { client, begin, peer, settle } = createHarness();
    const { connection, result } = await begin();
    connection.send(bytes);
    assert.equal(brief(await result), expect);
    await settle();
    assert.ok(connection.isClosed());
    await begin();
    assert.equal(peer.connections.length, 2, "no call goes to a broken connection");
    client.close();
  });
}

Deno.test("a conversation tells what a peer said before it hung up", async () => {
  const cases = [
    [new Uint8Array(), "unavailable: the connection ended"],
    [say.settings(), "unavailable: the connection ended"],
    [join(say.settings(), say.headers(1, OK_HEAD), say.data(1, SERVING)), "unavailable: the connection ended"],
    [hex("15 03 03 0002 0246"), "protocol_mismatch: it speaks TLS, and was asked in plaintext"],
    [
      join(say.settings(), say.goaway(1, ERROR_CODE.ENHANCE_YOUR_CALM)),
      "unavailable: the connection ended after GOAWAY ENHANCE_YOUR_CALM",
    ],
  ] as const;
  for (const [bytes, expect] of cases) {
    const { client, begin } = createHarness();
    const { connection, result } = await begin();
    if (bytes.length > 0) connection.send(bytes);
    connection.end();
    assert.equal(brief(await result), expect);
    client.close();
  }
});

Deno.test("a conversation bears frames that bring nothing, as long as calls come further or time passes", async () => {
  const { client, begin, clock, settle } = createHarness();
  const pings = flood(say.ping(new Uint8Array(8)), 90);
  const first = await begin();
  first.connection.send(say.settings(), pings, answer(1), pings);
  assert.equal(brief(await first.result), GOOD);
  const second = await begin();
  second.connection.send(say.headers(3, OK_HEAD), pings);
  await settle();
  await clock.advance(10_001);
  second.connection.send(pings, say.data(3, SERVING), pings, say.headers(3, OK_TRAILERS, FLAG.END_STREAM));
  assert.equal(brief(await second.result), GOOD);
  client.close();
});

Deno.test("a conversation lets calls end that a GOAWAY spares, and begins none after it", async () => {
  const { client, begin, peer, settle } = createHarness();
  const first = await begin();
  first.connection.send(say.settings());
  await settle();
  const spared = await begin();
  const unspared = await begin();
  first.connection.send(say.goaway(3, ERROR_CODE.NO_ERROR));
  assert.equal(brief(await unspared.result), "unavailable: GOAWAY NO_ERROR");
  const next = await begin();
  assert.equal(peer.connections.length, 2);
  first.connection.send(answer(1));
  assert.equal(brief(await first.result), GOOD);
  assert.ok(!first.connection.isClosed());
  first.connection.send(answer(3));
  assert.equal(brief(await spared.result), GOOD);
  await settle();
  assert.ok(first.connection.isClosed(), "its last call has ended");
  next.connection.send(say.settings(), answer(1));
  assert.equal(brief(await next.result), GOOD);
  client.close();
});

function text(words: string): Uint8Array {
  return new TextEncoder().encode(words);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function flood(frame: Uint8Array, count = 150): Uint8Array {
  return join(...Array(count).fill(frame));
}

/** One field of 4 000 bytes put into the table, then a thousand times one byte that stands for it. */
function bomb(): Uint8Array {
  const value = new Uint8Array(3_900).fill(0x61);
  return join(hex("88 40 01 62 7f bd1d"), value, new Uint8Array(1_000).fill(0xbe));
}
