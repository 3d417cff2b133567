/** The codec against one by other hands: nghttp2, behind `node:http2`, on a real socket. */
import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { once } from "node:events";
import fc from "fast-check";
import { createFrameReader, encodeFrame, type Frame } from "../../../src/probe/grpc/frames.ts";
import type { HeaderField } from "../../../src/probe/grpc/header-field.ts";
import { encodeHeaders } from "../../../src/probe/grpc/hpack-encode.ts";
import { createHpackDecoder } from "../../../src/probe/grpc/hpack.ts";
import { encodeSettings, unpad } from "../../../src/probe/grpc/payload.ts";
import { FLAG, FRAME_TYPE, SETTING } from "../../../src/probe/grpc/protocol.ts";

/** What the server is told to answer with: response headers, then trailers. */
interface Answer {
  readonly headers: OutgoingHttpHeaders;
  readonly trailers: OutgoingHttpHeaders;
}

/** A server that keeps what it was asked and answers from a list. */
async function startServer(answers: readonly Answer[]) {
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer();
  server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const answer = answers[asked.push(headers) - 1];
    stream.respond({ ":status": 200, ...answer?.headers }, { waitForTrailers: true, endStream: false });
    stream.on("wantTrailers", () => stream.sendTrailers(answer?.trailers ?? {}));
    stream.end("x");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot read the server's port: it has none");
  return {
    asked,
    port: address.port,
    async stop() {
      server.close();
      await once(server, "close");
    },
  };
}

/** Ask once for each list of fields, on one connection; the field blocks of each answer, decoded. */
async function ask(port: number, requests: readonly (readonly HeaderField[])[], tableMaxBytes: number) {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const frames = readFrames(connection);
  const decoder = createHpackDecoder({ tableMaxBytes, listMaxBytes: 200_000, fieldsMax: 100 });
  const settings = encodeSettings([[SETTING.HEADER_TABLE_SIZE, tableMaxBytes]]);
  await send(connection, new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  await send(connection, encodeFrame({ type: FRAME_TYPE.SETTINGS, payload: settings }));
  const answers: (readonly HeaderField[])[][] = [];
  for (const [index, fields] of requests.entries()) {
    const flags = FLAG.END_HEADERS | FLAG.END_STREAM;
    const streamId = 2 * index + 1;
    await send(connection, encodeFrame({ type: FRAME_TYPE.HEADERS, flags, streamId, payload: encodeHeaders(fields) }));
    answers.push(await readAnswer(frames, connection, decoder));
  }
  connection.close();
  return answers;
}

/** The decoded blocks of one stream, up to its end. */
async function readAnswer(
  frames: AsyncGenerator<Frame>,
  connection: Deno.Conn,
  decoder: ReturnType<typeof createHpackDecoder>,
): Promise<(readonly HeaderField[])[]> {
  const blocks: (readonly HeaderField[])[] = [];
  let fragments: number[] = [];
  let isEnding = false;
  for (;;) {
    const { value: frame } = await frames.next();
    if (frame === undefined) throw new Error("Cannot read an answer: the connection ended");
    if (frame.type === FRAME_TYPE.SETTINGS && (frame.flags & FLAG.ACK) === 0) {
      await send(connection, encodeFrame({ type: FRAME_TYPE.SETTINGS, flags: FLAG.ACK }));
    }
    if (frame.type === FRAME_TYPE.GOAWAY || frame.type === FRAME_TYPE.RST_STREAM) {
      throw new Error(`Cannot read an answer: frame ${frame.type}, ${frame.payload}`);
    }
    if (frame.type === FRAME_TYPE.DATA || frame.type === FRAME_TYPE.HEADERS) {
      isEnding = (frame.flags & FLAG.END_STREAM) !== 0;
    }
    if (frame.type === FRAME_TYPE.HEADERS || frame.type === FRAME_TYPE.CONTINUATION) {
      fragments.push(...(frame.type === FRAME_TYPE.HEADERS ? unpad(frame) ?? [] : frame.payload));
      if ((frame.flags & FLAG.END_HEADERS) === 0) continue;
      const block = decoder.decode(Uint8Array.from(fragments));
      assert.ok(block.kind === "fields", block.kind);
      blocks.push(block.fields);
      fragments = [];
    }
    if (isEnding) return blocks;
  }
}

async function* readFrames(connection: Deno.Conn): AsyncGenerator<Frame> {
  const reader = createFrameReader({ maxPayloadBytes: 16_384 });
  const buffer = new Uint8Array(1000);
  for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
    for (const read of reader.read(buffer.subarray(0, count))) {
      assert.ok(read.kind === "frame", read.kind);
      yield read.frame;
    }
  }
}

async function send(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** Values for each name, as `node:http2` tells them; `date` is the server's own. */
function toFields(headers: OutgoingHttpHeaders): HeaderField[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => [name, String(one)] as const)
  );
}

const PSEUDO: readonly HeaderField[] = [
  [":method", "POST"],
  [":scheme", "http"],
  [":path", "/grpc.health.v1.Health/Check"],
  [":authority", "upstream.example"],
];

// Names that nghttp2 may index, may not, and finds in the static table; none that HTTP/2 forbids or joins.
const name = fc.oneof(
  fc.constantFrom("content-type", "server", "grpc-message", "grpc-status", "via", "x-a", "x-b"),
  fc.stringMatching(/^x-[a-z0-9_.-]{1,30}$/),
);
const value = fc.oneof(
  fc.constantFrom("application/grpc", "0", "14"),
  fc.stringMatching(/^(?:[!-~](?:[ -~]{0,60}[!-~])?)?$/),
);
const headers = fc.dictionary(name, value, { maxKeys: 8, noNullPrototype: true });

for (const tableMaxBytes of [4096, 256, 0]) {
  Deno.test(`the header codec understands nghttp2, and nghttp2 it, with a table of ${tableMaxBytes} bytes`, async () => {
    const answers = fc.sample(fc.record({ headers, trailers: headers }), 40);
    const requests = fc.sample(headers, answers.length).map((extra) => [...PSEUDO, ...toFields(extra)]);
    const server = await startServer(answers);
    const answered = await ask(server.port, requests, tableMaxBytes);
    await server.stop();
    for (const [index, { headers, trailers }] of answers.entries()) {
      const [head = [], tail = []] = answered[index] ?? [];
      assert.deepEqual(head.filter(([name]) => name !== "date"), toFields({ ":status": 200, ...headers }));
      assert.deepEqual(tail, toFields(trailers));
      assert.deepEqual(toFields(server.asked[index] ?? {}).toSorted(), [...requests[index] ?? []].toSorted());
    }
  });
}

Deno.test("the header codec reads a block that nghttp2 had to cut into CONTINUATION frames", async () => {
  const headers = { "x-long": "~long|".repeat(6000) };
  const server = await startServer([{ headers, trailers: { "grpc-status": "0" } }]);
  const [answer] = await ask(server.port, [PSEUDO], 4096);
  await server.stop();
  assert.equal(answer?.[0]?.find(([name]) => name === "x-long")?.[1], headers["x-long"]);
  assert.deepEqual(answer?.[1], [["grpc-status", "0"]]);
});
