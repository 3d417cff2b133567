import { once } from "node:events";
import { createServer } from "node:http";
import { serveWebSockets, type WsSocket } from "./ws.ts";

/** A `node:http` server whose next answers a test chooses. */
export interface WebUpstream extends AsyncDisposable {
  /** Its port, as in `127.0.0.1:8080`. */
  readonly host: string;
  /** Answer every request like this from now on. */
  answer(status: number, body: string): void;
  /** Do this to every WebSocket from now on. */
  act(act: (socket: WsSocket) => void): void;
  /** Requests so far, such as `GET /dry_run`. */
  readonly asked: readonly string[];
  /** Resolves when the last WebSocket is closed, with the code it was closed with. */
  lastClose(): Promise<number>;
}

/** Start it on 127.0.0.1 at a free port. */
export async function startWebUpstream(): Promise<WebUpstream> {
  let next = { status: 200, body: "{}" };
  let act: (socket: WsSocket) => void = () => {};
  const asked: string[] = [];
  let lastClose = Promise.resolve(0);
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(next.status, { "content-type": "application/json" }).end(next.body);
  });
  serveWebSockets(server, () => (socket) => {
    lastClose = new Promise((resolve) => socket.once("close", resolve));
    act(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    host: `127.0.0.1:${port}`,
    answer: (status, body) => {
      next = { status, body };
    },
    act: (next) => {
      act = next;
    },
    asked,
    lastClose: () => lastClose,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
