import { errorAnswer } from "../surface/error-answer.ts";
import type { Upgrade } from "../surface/upgrade.ts";

/**
 * WebSockets of Deno's server.
 *
 * The socket is opened first: a client that left before would never be noticed, and its connection be kept for ever (Deno
 * 2.9.6). One that never closes its end keeps it, as it may keep any HTTP connection; Deno gives no way to drop it. Nor
 * does Deno tell of a client that resets its connection in the handshake, and holds its descriptor for good: those are
 * counted, and WebSockets refused before they take the descriptors that HTTP needs.
 */
export const upgradeOnDeno: Upgrade = (request, subprotocol, say) => {
  if (isCopy(request)) return Promise.resolve(errorAnswer(501, COPIED));
  if (unopened >= UNOPENED_MAX) return Promise.resolve(refusal());
  const upgraded = accept(request);
  if (upgraded === undefined) return Promise.resolve(undefined);
  const { socket, response } = upgraded;
  unopened++;
  // Its own option finds no name in a list without blanks (`json,bytes`), as many clients write it (Deno 2.9.6).
  if (subprotocol !== undefined) response.headers.set("sec-websocket-protocol", subprotocol);
  socket.addEventListener("open", async () => {
    unopened--;
    const { message, code, reason } = await say();
    if (socket.readyState !== WebSocket.OPEN) return;
    if (message !== undefined) socket.send(message);
    socket.close(code, reason);
  });
  // An error without a listener ends the process.
  socket.addEventListener("error", (event) => event.preventDefault());
  return Promise.resolve(response);
};

/** Handshakes answered whose socket has not opened: some are about to, the others never will, and leave only with the process. */
let unopened = 0;

/** A tenth of the descriptors that a process usually has. */
const UNOPENED_MAX = 100;

function refusal(): Response {
  return errorAnswer(503, "Cannot open a WebSocket: too many were begun and left; use GET /dry_run");
}

/**
 * A server around this made another request of the one that came, as Hono's `mount` does: Deno answers it with 101 all the
 * same, and never opens the socket. The headers of the one that came cannot be changed.
 */
function isCopy({ headers }: Request): boolean {
  try {
    headers.delete("sec-websocket-copy");
    return true;
  } catch {
    return false;
  }
}

const COPIED =
  "Cannot open a WebSocket: the server around this copied the request; have it hand on the request as it came " +
  "(Hono: mount with replaceRequest: false), or use GET /dry_run";

/** Undefined for a handshake that lacks a header, of which Deno throws. */
function accept(request: Request): Deno.WebSocketUpgrade | undefined {
  try {
    return Deno.upgradeWebSocket(request);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
