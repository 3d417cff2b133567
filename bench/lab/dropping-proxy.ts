import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { seededRandom } from "./seeded-random.ts";

/** A proxy that loses some of what passes, on any connection, kept alive or new. */
export interface DroppingProxy extends AsyncDisposable {
  /** One for each upstream, in their order. */
  readonly ports: readonly number[];
  /** Requests that came, and of these the ones answered with a reset and the ones never answered. */
  readonly seen: { requests: number; resets: number; blackHoles: number };
}

/** What is lost: the share of requests, half of it reset and half swallowed, by a generator with this seed. */
export interface Loss {
  readonly share: number;
  readonly seed: number;
}

/** Start a proxy on a free port of 127.0.0.1 for each upstream port. Requests must announce their length. */
export async function startDroppingProxy(
  upstreamPorts: readonly number[],
  { share, seed }: Loss,
): Promise<DroppingProxy> {
  const random = seededRandom(seed);
  const seen = { requests: 0, resets: 0, blackHoles: 0 };
  const open = new Set<Socket>();

  function fate(): Fate {
    seen.requests++;
    if (random() >= share) return "pass";
    if (random() < 0.5) {
      seen.resets++;
      return "reset";
    }
    seen.blackHoles++;
    return "black-hole";
  }

  const servers = upstreamPorts.map((port) =>
    createServer((client) => {
      const upstream = connect(port, "127.0.0.1");
      for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
        open.add(socket);
        socket.on("error", () => {}); // "close" follows.
        socket.on("close", () => {
          open.delete(socket);
          other.destroy();
        });
      }
      upstream.pipe(client);
      forEachRequest(client, (request) => commit(fate(), request, { client, upstream }));
    })
  );
  const ports = await Promise.all(servers.map(listen));
  return {
    ports,
    seen,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await Promise.all(servers.map((server) => once(server.close(), "close")));
    },
  };
}

type Fate = "pass" | "reset" | "black-hole";

function commit(fate: Fate, request: Uint8Array, { client, upstream }: { client: Socket; upstream: Socket }): void {
  if (fate === "pass") upstream.write(request);
  if (fate === "reset") client.resetAndDestroy();
  // A black hole takes the request and keeps the connection open.
}

/** Cut what a client sends into whole requests. */
function forEachRequest(client: Socket, take: (request: Uint8Array) => void): void {
  let waiting = new Uint8Array();
  client.on("data", (chunk: Uint8Array) => {
    waiting = new Uint8Array([...waiting, ...chunk]);
    for (let length = requestLength(waiting); length !== undefined; length = requestLength(waiting)) {
      take(waiting.slice(0, length));
      waiting = waiting.slice(length);
    }
  });
}

/** Undefined while the first request is not whole. */
function requestLength(bytes: Uint8Array): number | undefined {
  const text = new TextDecoder("latin1").decode(bytes);
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const bodyLength = Number(/\r\ncontent-length: *(\d+)/i.exec(text.slice(0, headEnd))?.[1] ?? NaN);
  if (Number.isNaN(bodyLength)) throw new Error("Cannot tell requests apart: one does not announce its length");
  const length = headEnd + 4 + bodyLength;
  return length <= bytes.length ? length : undefined;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}
