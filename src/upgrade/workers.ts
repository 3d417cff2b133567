import type { Upgrade } from "../surface/upgrade.ts";

/**
 * WebSockets of a Worker: https://developers.cloudflare.com/workers/runtime-apis/websockets/
 *
 * What is said is made first: while that is awaited nothing is open that a client could leave behind.
 */
export const upgradeOnWorkers: Upgrade = async (_request, subprotocol, say) => {
  const { message, code, reason } = await say();
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  if (message !== undefined) server.send(message);
  server.close(code, reason);
  const init: UpgradedResponseInit = {
    status: 101,
    webSocket: client,
    ...(subprotocol !== undefined && { headers: { "sec-websocket-protocol": subprotocol } }),
  };
  return new Response(null, init);
};

/** Given by workerd alone; what is used of it. */
declare const WebSocketPair: new () => { readonly 0: WebSocket; readonly 1: WebSocket & { accept(): void } };

interface UpgradedResponseInit extends ResponseInit {
  readonly webSocket: WebSocket;
}
