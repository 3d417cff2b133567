import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import { gunzipSync, gzipSync } from "node:zlib";
import { decodeHealthCheckRequest, encodeHealthCheckResponse } from "../../../src/wire/health.ts";

/** A native gRPC server that keeps what it was asked, and answers SERVING, compressed where the request was. */
export interface Recorder extends AsyncDisposable {
  readonly addr: string;
  /** Of the last request. */
  headers(): IncomingHttpHeaders;
  /** The flag of its message: 1 is compressed. */
  flag(): number | undefined;
  service(): string | undefined;
}

export interface RecorderOptions {
  /** Never answer. */
  readonly isSilent?: boolean;
  /** Answer with this code, and a message, instead of SERVING; default 0. */
  readonly grpcStatus?: number;
  /** The same for Watch; default: as for Check. */
  readonly watchStatus?: number;
  /** Listen on this Unix socket instead of a port. */
  readonly unixPath?: string;
}

/** Start it on 127.0.0.1 at a free port, unless it is to listen on a Unix socket. */
export async function startRecorder(
  { isSilent = false, grpcStatus = 0, watchStatus = grpcStatus, unixPath }: RecorderOptions = {},
): Promise<Recorder> {
  let headers: IncomingHttpHeaders = {};
  let body: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  server.on("session", (session) => sessions.add(session));
  server.on("stream", async (stream: ServerHttp2Stream, received: IncomingHttpHeaders) => {
    headers = received;
    // A client that goes away is no fault of ours.
    stream.on("error", () => {});
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    body = Buffer.concat(chunks);
    if (!isSilent) answer(stream, headers, headers[":path"]?.endsWith("/Watch") ? watchStatus : grpcStatus);
  });
  if (unixPath === undefined) server.listen(0, "127.0.0.1");
  else server.listen(unixPath);
  await once(server, "listening");
  const { port } = unixPath === undefined ? server.address() as { port: number } : { port: 0 };
  const message = () => body[0] === 1 ? gunzipSync(body.subarray(5)) : body.subarray(5);
  return {
    addr: unixPath === undefined ? `127.0.0.1:${port}` : `unix://${unixPath}`,
    headers: () => headers,
    flag: () => body[0],
    service: () => decodeHealthCheckRequest(message()),
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, grpcStatus: number): void {
  const isGzipped = headers["grpc-encoding"] === "gzip";
  const encoding = isGzipped ? { "grpc-encoding": "gzip" } : {};
  stream.respond({ ":status": 200, "content-type": "application/grpc", ...encoding }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": grpcStatus, "grpc-message": "no such method" }));
  if (grpcStatus !== 0) return void stream.end();
  const message = encodeHealthCheckResponse(1);
  const payload = isGzipped ? gzipSync(message) : Buffer.from(message);
  const prefix = Buffer.alloc(5);
  prefix[0] = isGzipped ? 1 : 0;
  prefix.writeUInt32BE(payload.length, 1);
  stream.end(Buffer.concat([prefix, payload]));
}
