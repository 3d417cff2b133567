import type { Listener } from "./listener.ts";

/** Listen for HTTP/1.1 and HTTP/2 with Deno's own server. Throws when it cannot. */
export function listenHttp(
  hostname: string,
  port: number,
  answer: (request: Request) => Promise<Response>,
): Listener {
  const server = Deno.serve({ hostname, port, onListen: () => {} }, answer);
  return {
    port: server.addr.port,
    failed: server.finished.catch((error: unknown) => error),
    close: () => server.shutdown(),
  };
}
