import { credentials, status as CODE } from "@grpc/grpc-js";
import assert from "node:assert/strict";
import { connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http2";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { startGrpcServer } from "../../src/grpc-server/server.ts";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { encodeFrame } from "../../src/wire/grpc-web.ts";
import { grpcJsClient } from "../support/grpc-js-client.ts";
import { serve } from "../support/grpc-server.ts";
import { answered, fixedLoad, reportOn } from "../support/reports.ts";
import { settings } from "../support/surfaces.ts";
import { data, frame, join } from "../support/http2-pieces.ts";
import { CA, serverKeyPair } from "../support/tls.ts";

const report = reportOn([{ name: "up", state: answered("SERVING") }]);
const PREFACE = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const CHECK = { ":method": "POST", ":path": "/grpc.health.v1.Health/Check", "content-type": "application/grpc" };

/** What a bare HTTP/2 request is answered. */
async function ask(port: number, headers: OutgoingHttpHeaders, body: Uint8Array = encodeFrame(new Uint8Array())) {
  const session = connect(`http://127.0.0.1:${port}`);
  const stream = session.request(headers);
  let head: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders = {};
  const chunks: Uint8Array[] = [];
  stream.on("response", (headers) => head = headers);
  stream.on("trailers", (headers) => trailers = headers);
  stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  const closed = new Promise((resolve) => stream.on("close", resolve));
  stream.on("error", () => {});
  stream.end(body);
  await closed;
  await new Promise<void>((resolve) => session.close(resolve));
  return { head, trailers, body: [...Buffer.concat(chunks)] };
}

const STATUS = "grpc-status";

Deno.test("a plain Check and one that connect-es answers get the same answer", async () => {
  await using server = await serve(report);
  const hot = await ask(server.port, CHECK);
  // An unknown field, 15: 1, which only the library may judge.
  const other = await ask(server.port, CHECK, encodeFrame(Uint8Array.of(0x78, 1)));
  for (const { head, trailers, body } of [hot, other]) {
    assert.deepEqual([head[":status"], head["content-type"]], [200, "application/grpc+proto"]);
    assert.deepEqual(body, [0, 0, 0, 0, 2, 8, 1]);
    assert.equal(trailers[STATUS], "0");
  }
});

Deno.test("what is no gRPC call gets an HTTP status", async () => {
  await using server = await serve(report);
  const status = async (headers: OutgoingHttpHeaders) => (await ask(server.port, headers)).head[":status"];
  assert.equal(await status({ ...CHECK, ":method": "PUT" }), 405);
  for (const type of ["application/json", "application/grpc-web", "text/plain", "application/grpcish"]) {
    assert.equal(await status({ ...CHECK, "content-type": type }), 415, type);
  }
});

Deno.test("an unknown method is UNIMPLEMENTED, whatever its name", async () => {
  await using server = await serve(report);
  for (const path of ["/grpc.health.v1.Health/Nope", "/nope.Nope/Check", "/", "/%E0%A4%A"]) {
    const { head } = await ask(server.port, { ...CHECK, ":path": path });
    assert.deepEqual([head[":status"], head[STATUS]], [200, String(CODE.UNIMPLEMENTED)], path);
  }
});

Deno.test("malformed messages are errors of their call alone", async () => {
  await using server = await serve(report);
  const rows: readonly (readonly [body: number[], code: number])[] = [
    [[], CODE.UNIMPLEMENTED],
    [[0, 0, 0, 0], CODE.INVALID_ARGUMENT],
    [[0, 0, 0, 0, 9, 1], CODE.INVALID_ARGUMENT],
    [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0], CODE.UNIMPLEMENTED],
    [[1, 0, 0, 0, 0], CODE.INTERNAL],
    [[0, 0, 0, 0, 2, 0x0a, 9], CODE.INTERNAL],
    [[0, 255, 255, 255, 255], CODE.RESOURCE_EXHAUSTED],
  ];
  for (const [body, code] of rows) {
    const { head, trailers } = await ask(server.port, CHECK, Uint8Array.from(body));
    assert.equal(Number(trailers[STATUS] ?? head[STATUS]), code, JSON.stringify(body));
  }
  assert.equal((await ask(server.port, CHECK)).trailers[STATUS], "0");
});

Deno.test("HTTP/1, noise and silence on the port harm nobody else", async () => {
  await using server = await serve(report);
  const silent = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  for (const text of ["GET / HTTP/1.1\r\nhost: a\r\n\r\n", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"]) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(new TextEncoder().encode(text));
    while (await connection.read(new Uint8Array(1_024)).catch(() => null) !== null);
    connection.close();
  }
  assert.equal((await ask(server.port, CHECK)).trailers[STATUS], "0");
  silent.close();
});

Deno.test("callers that leave with an error in their GOAWAY, and talk on, do not end the process", async () => {
  await using server = await serve(report);
  // Last stream 0, error INTERNAL_ERROR: RFC 9113 §6.8. Then data of no stream.
  const bytes = join(PREFACE, frame("SETTINGS"), frame("GOAWAY", [0, 0, 0, 0, 0, 0, 0, 2]), data(1, new Uint8Array(5)));
  for (let caller = 0; caller < 1_500; caller++) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(bytes);
    connection.close();
  }
  assert.equal((await ask(server.port, CHECK)).trailers[STATUS], "0");
});

Deno.test("connect-node's gRPC client gets Check and NOT_FOUND", async () => {
  await using server = await serve(report);
  const client = createClient(Health, createGrpcTransport({ baseUrl: `http://127.0.0.1:${server.port}` }));
  assert.equal((await client.check({ service: "up" })).status, 1);
  await assert.rejects(client.check({ service: "nobody" }), /not_found/);
});

Deno.test("TLS serves the same, by ALPN h2, to who trusts the certificate", async () => {
  await using server = await serve(report, { tls: serverKeyPair("good") });
  using client = grpcJsClient(server.port, credentials.createSsl(Buffer.from(CA)));
  const call = client.call(Health.method.check, { service: "up" });
  assert.equal((await call.ended).code, CODE.OK);
  assert.equal(call.messages[0]?.status, 1);
});

Deno.test({
  name: "TLS is refused by who does not trust the certificate",
  // grpc-js waits on a timer of its own for its next try.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using server = await serve(report, { tls: serverKeyPair("good") });
    using client = grpcJsClient(server.port, credentials.createSsl());
    assert.equal((await client.call(Health.method.check, {}).ended).code, CODE.UNAVAILABLE);
  },
});

Deno.test("who connects for TLS and says nothing is dropped in the end", async () => {
  await using server = await serve(report, { tls: serverKeyPair("good") });
  using silent = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  assert.equal(await silent.read(new Uint8Array(1)).catch(() => null), null);
});

Deno.test("startGrpcServer() rejects when the key is another's, or the files are none, and says which", async () => {
  const { cert, key } = serverKeyPair("good");
  const rows: readonly (readonly [cert: string, key: string, reason: RegExp])[] = [
    [cert, serverKeyPair("expired").key, /TLS_KEY is not the key of TLS_CERT/],
    ["no PEM", key, /TLS_CERT is no file of a PEM certificate/],
    [cert, "no PEM", /TLS_KEY is no file of a PEM private key/],
  ];
  for (const [cert, key, reason] of rows) {
    const listen = { host: "127.0.0.1", port: 0, tls: { cert, key } };
    await assert.rejects(startGrpcServer(listen, settings(), () => fixedLoad(report).load), reason);
  }
});

Deno.test("startGrpcServer() rejects when the port is taken", async () => {
  await using server = await serve(report);
  const listen = { host: "127.0.0.1", port: server.port };
  await assert.rejects(startGrpcServer(listen, settings(), () => fixedLoad(report).load), /EADDRINUSE/);
});
