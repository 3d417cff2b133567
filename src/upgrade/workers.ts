import type { Upgrade } from "../surface/upgrade.ts";

/** WebSockets of a Worker: https://developers.cloudflare.com/workers/runtime-apis/websockets/ */
export const upgradeOnWorkers: Upgrade = (_request, { subprotocol, message, code, reason }) => {
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
