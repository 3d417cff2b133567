import type { Upgrade } from "../surface/upgrade.ts";

/**
 * WebSockets of Deno's server.
 *
 * A client that never closes its end keeps the connection, as it may keep any HTTP connection of its own; Deno gives no
 * way to drop it.
 */
export const upgradeOnDeno: Upgrade = (request, { subprotocol, message, code, reason }) => {
  const upgraded = accept(request);
  if (upgraded === undefined) return undefined;
  const { socket, response } = upgraded;
  // Its own option finds no name in a list without blanks (`json,bytes`), as many clients write it (Deno 2.9.6).
  if (subprotocol !== undefined) response.headers.set("sec-websocket-protocol", subprotocol);
  socket.addEventListener("open", () => {
    if (message !== undefined) socket.send(message);
    socket.close(code, reason);
  });
  // An error without a listener ends the process.
  socket.addEventListener("error", (event) => event.preventDefault());
  return response;
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
