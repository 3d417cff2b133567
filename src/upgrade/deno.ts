import type { Upgrade } from "../surface/upgrade.ts";

/**
 * WebSockets of Deno's server.
 *
 * The socket is opened first: a client that left before would never be noticed, and its connection be kept for ever (Deno
 * 2.9.6). One that never closes its end keeps it, as it may keep any HTTP connection; Deno gives no way to drop it.
 */
export const upgradeOnDeno: Upgrade = (request, subprotocol, say) => {
  const upgraded = accept(request);
  if (upgraded === undefined) return Promise.resolve(undefined);
  const { socket, response } = upgraded;
  // Its own option finds no name in a list without blanks (`json,bytes`), as many clients write it (Deno 2.9.6).
  if (subprotocol !== undefined) response.headers.set("sec-websocket-protocol", subprotocol);
  socket.addEventListener("open", async () => {
    const { message, code, reason } = await say();
    if (socket.readyState !== WebSocket.OPEN) return;
    if (message !== undefined) socket.send(message);
    socket.close(code, reason);
  });
  // An error without a listener ends the process.
  socket.addEventListener("error", (event) => event.preventDefault());
  return Promise.resolve(response);
};

/** Undefined for a handshake that lacks a header, of which Deno throws. */
function accept(request: Request): Deno.WebSocketUpgrade | undefined {
  try {
    return Deno.upgradeWebSocket(request);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
