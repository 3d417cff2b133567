import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import { createHttp1Reader, createHttp2Reader, HTTP2_ACK, HTTP2_GREETING, type SeenRequest } from "./request-reader.ts";

/** What the server does to one connection. */
export interface Fault {
  /** Default: after a whole request has come; `connect` does not wait for one. */
  readonly when?: "request" | "connect";
  /** Default: `http1`. The requests it waits for; before one of `http2` it sends SETTINGS, and acknowledges those that came. */
  readonly reads?: "http1" | "http2";
  /** Sent as it is; text as UTF-8. Of several pieces, each follows when the connection has taken the one before. */
  readonly send?: string | Uint8Array | Iterable<Uint8Array> | ((request: SeenRequest) => Iterable<Uint8Array>);
  /** Sent one byte at a time, with a pause of so many milliseconds between. */
  readonly byteEveryMs?: number;
  /** Default: `close`, a FIN; `reset` is a RST; `hang` keeps the connection open until the peer or `close()` ends it. */
  readonly end?: "close" | "reset" | "hang";
}

/** A TCP server that answers with raw bytes, for what no proper server will say. */
export interface FaultServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Replace the fault, for connections to come. */
  setFault(fault: Fault): void;
  /** Connections accepted so far. */
  connections(): number;
  openConnections(): number;
  /** The most bytes that one connection took before its peer hung up. */
  mostSentBytes(): number;
  /** Whole requests read so far, as text; empty ones of HTTP/2. */
  requests(): readonly string[];
  /** Resolves when the next fault has been done to a connection. */
  done(): Promise<void>;
  /** Resolves once no connection is open. */
  idle(): Promise<void>;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/** Start a fault server on 127.0.0.1 at a free port. */
export async function startFaultServer(initial: Fault): Promise<FaultServer> {
  let fault = initial;
  let connections = 0;
  let mostSentBytes = 0;
  const open = new Set<Socket>();
  const requests: string[] = [];
  let onIdle: (() => void)[] = [];
  let onDone: (() => void)[] = [];

  const server = createServer((socket) => {
    connections++;
    open.add(socket);
    socket.on("error", () => {}); // A peer that resets is part of the game; "close" follows.
    socket.on("close", () => {
      open.delete(socket);
      if (open.size > 0) return;
      for (const resolve of onIdle) resolve();
      onIdle = [];
    });
    const current = fault;
    let sentBytes = 0;
    const act = async (request: SeenRequest) => {
      await commit(socket, { ...current, send: piecesOf(current, request) }, (bytes) => {
        sentBytes += bytes;
        mostSentBytes = Math.max(mostSentBytes, sentBytes);
      });
      for (const resolve of onDone) resolve();
      onDone = [];
    };
    if (current.when === "connect") {
      socket.resume(); // A socket that is not read does not notice its end.
      act({ text: "", streamId: 1 });
    } else {
      readRequests(socket, current, (request) => {
        requests.push(request.text);
        act(request);
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };

  async function close(): Promise<void> {
    for (const socket of open) socket.destroy();
    const closed = once(server, "close");
    server.close();
    await closed;
  }

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    setFault: (next) => {
      fault = next;
    },
    connections: () => connections,
    openConnections: () => open.size,
    mostSentBytes: () => mostSentBytes,
    requests: () => requests,
    done: () => new Promise((resolve) => onDone.push(resolve)),
    idle: () => open.size === 0 ? Promise.resolve() : new Promise((resolve) => onIdle.push(resolve)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A port on 127.0.0.1 that refuses: it was just closed. */
export async function refusedUrl(): Promise<string> {
  const server = await startFaultServer({ end: "hang" });
  await server.close();
  return server.url;
}

interface Act extends Fault {
  readonly send: Iterable<Uint8Array>;
}

async function commit(socket: Socket, { send, byteEveryMs, end = "close" }: Act, onSent: (bytes: number) => void) {
  for (const piece of byteEveryMs === undefined ? send : bytesOf(send)) {
    if (socket.destroyed || !await written(socket, piece)) return;
    onSent(piece.length);
    if (byteEveryMs !== undefined) await paused(socket, byteEveryMs);
  }
  if (end === "reset") socket.resetAndDestroy();
  if (end === "close") socket.end();
}

function* bytesOf(pieces: Iterable<Uint8Array>): Iterable<Uint8Array> {
  for (const piece of pieces) {
    for (const byte of piece) yield Uint8Array.of(byte);
  }
}

function piecesOf({ send = [] }: Fault, request: SeenRequest): Iterable<Uint8Array> {
  if (typeof send === "string") return [new TextEncoder().encode(send)];
  if (send instanceof Uint8Array) return [send];
  return typeof send === "function" ? send(request) : send;
}

/** Resolves to false when the connection ended before it took the piece. */
function written(socket: Socket, piece: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    const fail = () => resolve(false);
    socket.once("close", fail);
    socket.write(piece, (error) => {
      socket.off("close", fail);
      resolve(error === undefined || error === null);
    });
  });
}

/** Resolves after `ms`, or when the connection ends. */
function paused(socket: Socket, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      socket.off("close", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    socket.once("close", end);
  });
}

/** Wait for whole requests: an answer before a request's body came would be lost in a reset. */
function readRequests(socket: Socket, { reads = "http1" }: Fault, onRequest: (request: SeenRequest) => void): void {
  const read = reads === "http1" ? createHttp1Reader() : createHttp2Reader();
  if (reads === "http2") socket.write(HTTP2_GREETING);
  socket.on("data", (chunk) => {
    const bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    for (const request of read(bytes)) {
      if (reads === "http2") socket.write(HTTP2_ACK);
      onRequest(request);
    }
  });
}
