import { createServer, type Socket } from "node:net";
import { once } from "node:events";

/** What the server does to one connection. */
export interface Fault {
  /** Default: after a whole request has come; `connect` does not wait for one. */
  readonly when?: "request" | "connect";
  /** Sent as it is; text as UTF-8. */
  readonly send?: string | Uint8Array;
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
  /** Whole requests read so far, as text. */
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
    const done = () => {
      for (const resolve of onDone) resolve();
      onDone = [];
    };
    if (current.when === "connect") {
      socket.resume(); // A socket that is not read does not notice its end.
      return commit(socket, current, done);
    }
    readRequest(socket, (request) => {
      requests.push(request);
      commit(socket, current, done);
    });
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

function commit(socket: Socket, { send = "", end = "close" }: Fault, done: () => void): void {
  const finish = () => {
    if (end === "reset") socket.resetAndDestroy();
    if (end === "close") socket.end();
    done();
  };
  if (send.length > 0) socket.write(send, finish);
  else finish();
}

/** Wait for the whole request: an answer before its body came would be lost in a reset. */
function readRequest(socket: Socket, done: (request: string) => void): void {
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    const headEnd = text.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const bodyLength = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0);
    if (text.length < headEnd + 4 + bodyLength) return;
    const request = text;
    text = "";
    done(request);
  });
}
