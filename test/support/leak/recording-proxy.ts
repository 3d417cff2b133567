import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type Exchange, type Follower, followHttp1, textOf } from "./exchange.ts";
import { followHttp2, PREFACE } from "./follow-http2.ts";

/** A TCP proxy before a server, which hands on every byte, end and reset, and tells what was said. */
export interface RecordingProxy {
  readonly port: number;
  /** Ends every connection, of which all is told by then, and stops listening. */
  close(): Promise<void>;
}

/**
 * Start one on 127.0.0.1.
 *
 * @param portOf Where the server is now; a client that comes while it is nowhere is let go of.
 */
export async function startRecordingProxy(
  portOf: () => number,
  onExchange: (exchange: Exchange) => void,
): Promise<RecordingProxy> {
  const open = new Set<Socket>();

  function join(client: Socket): void {
    const server = connect({ host: "127.0.0.1", port: portOf(), allowHalfOpen: true });
    const follower = follow(onExchange);
    pass(client, server, follower.fromClient);
    pass(server, client, follower.fromServer);
    let isAnswered = false;
    server.once("data", () => isAnswered = true);
    // Who ends after an answer began has gone for good, which the server would else learn by writing twice.
    client.on("end", () => isAnswered ? server.destroy() : server.end());
    server.on("end", () => client.end());
    let left = 2;
    for (const socket of [client, server]) {
      open.add(socket);
      socket.setNoDelay();
      socket.on("close", () => {
        open.delete(socket);
        if (--left === 0) follower.end();
      });
    }
  }

  const listener = createServer({ allowHalfOpen: true }, join);
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    async close() {
      const closed = once(listener, "close");
      listener.close();
      for (const socket of open) socket.destroy();
      await closed;
      while (open.size > 0) await new Promise((resolve) => setTimeout(resolve, 0));
    },
  };
}

/** One way. Whoever is reset takes the other along. */
function pass(from: Socket, to: Socket, hear: (bytes: Uint8Array) => void): void {
  from.on("data", (bytes: Uint8Array) => {
    hear(bytes);
    if (to.writable && !to.write(bytes)) from.pause();
  });
  to.on("drain", () => from.resume());
  from.on("error", () => to.resetAndDestroy());
  from.on("close", () => to.destroySoon());
}

/** By what the client begins with; a client that breaks its own protocol is followed no further. */
function follow(onExchange: (exchange: Exchange) => void): Follower {
  let follower: Follower | undefined;
  const heard = (hear: (follower: Follower) => void) => {
    try {
      if (follower !== undefined) hear(follower);
    } catch {
      follower = undefined;
    }
  };
  return {
    fromClient(bytes) {
      follower ??= (isHttp2(bytes) ? followHttp2 : followHttp1)(onExchange);
      heard(({ fromClient }) => fromClient(bytes));
    },
    fromServer: (bytes) => heard(({ fromServer }) => fromServer(bytes)),
    end: () => heard(({ end }) => end()),
  };
}

function isHttp2(begin: Uint8Array): boolean {
  return PREFACE.startsWith(textOf([begin.subarray(0, PREFACE.length)])) && begin.length > "P".length;
}
