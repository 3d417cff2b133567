import { BODY_MAX_BYTES } from "../body-limit.ts";
import type { FirstMessage, WebSocketRequest } from "../network.ts";

/**
 * Open a WebSocket by a `fetch` that asks for an upgrade, read what comes first, and close it. As
 * `Network.firstMessage` promises; https://developers.cloudflare.com/workers/examples/websockets/
 */
export async function fetchFirstMessage(
  { url, headers, signal }: WebSocketRequest,
  send: typeof fetch,
): Promise<FirstMessage> {
  const asked = new Headers(headers);
  asked.set("upgrade", "websocket");
  const over = new AbortController();
  const response: UpgradeResponse = await send(url.replace(/^ws/, "http"), {
    headers: asked,
    redirect: "manual",
    signal: AbortSignal.any([signal, over.signal]),
  });
  const socket = response.webSocket ?? undefined;
  if (socket === undefined) {
    await response.body?.cancel();
    return { kind: "refused", httpStatus: response.status };
  }
  try {
    return await firstOf(socket, signal);
  } finally {
    socket.close();
    // Closed alone, it stays open for as long as the peer likes not to close it too.
    over.abort();
  }
}

interface UpgradeResponse extends Response {
  readonly webSocket?: WorkersWebSocket | null;
}

/** What an upgraded response carries, as far as it is used. */
interface WorkersWebSocket extends EventTarget {
  binaryType: string;
  accept(): void;
  close(): void;
}

function firstOf(socket: WorkersWebSocket, signal: AbortSignal): Promise<FirstMessage> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    socket.addEventListener("message", (event) => {
      const message = messageOf((event as MessageEvent<string | ArrayBuffer>).data);
      if (message === undefined) reject(new Error(`WebSocket message longer than ${BODY_MAX_BYTES} bytes`));
      else resolve(message);
    });
    socket.addEventListener("close", (event) => {
      const { code, reason } = event as CloseEvent;
      resolve({ kind: "closed", code, reason });
    });
    socket.addEventListener(
      "error",
      (event) => reject((event as ErrorEvent).error ?? new Error("Network connection lost.")),
    );
    socket.binaryType = "arraybuffer";
    socket.accept();
  });
}

function messageOf(data: string | ArrayBuffer): FirstMessage | undefined {
  const length = typeof data === "string" ? data.length : data.byteLength;
  if (length > BODY_MAX_BYTES) return undefined;
  return typeof data === "string" ? { kind: "text", text: data } : { kind: "binary", bytes: new Uint8Array(data) };
}
