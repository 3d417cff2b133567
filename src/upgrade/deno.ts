import type { Upgrade } from "../surface/upgrade.ts";

/**
 * WebSockets of Deno's server.
 *
 * A client that never closes its end keeps the connection, as it may keep any HTTP connection of its own; Deno gives no
 * way to drop it.
 */
export const upgradeOnDeno: Upgrade = (request, { subprotocol, message, code, reason }) => {
  const upgraded = accept(request, subprotocol === undefined ? {} : { protocol: subprotocol });
  if (upgraded === undefined) return undefined;
  const { socket, response } = upgraded;
  socket.addEventListener("open", () => {
    if (message !== undefined) socket.send(message);
    socket.close(code, reason);
  });
  // An error without a listener ends the process.
  socket.addEventListener("error", (event) => event.preventDefault());
  return response;
};

/** Undefined for a handshake that lacks a header, of which Deno throws. */
function accept(request: Request, options: Deno.UpgradeWebSocketOptions): Deno.WebSocketUpgrade | undefined {
  try {
    return Deno.upgradeWebSocket(request, options);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
