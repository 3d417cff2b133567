import type { Load, Report } from "../core/report.ts";
import type { Caller } from "./caller.ts";
import { closeReason } from "./close-reason.ts";
import { errorAnswer } from "./error-answer.ts";
import { prepareOnce } from "./prepared.ts";
import { fleetStatus } from "./served-name.ts";
import type { Farewell, Upgrade } from "./upgrade.ts";

/**
 * `WS /dry_run`, as Jina's gateway serves it (jina-ai/serve: jina/serve/runtimes/gateway/websocket_fastapi_app.py), and
 * closed in the end, which Jina's leaves to the client.
 *
 * A serving fleet is one message, an empty `jina.StatusProto`, and close 1000; any other is no message, and close 1011
 * with the reason. The report comes first and the socket after, so that while it is awaited nothing is open that a client
 * could leave behind; what the client sends is never read.
 */
export function createDryRunSocket(
  upgrade: Upgrade,
): (request: Request, load: Load, caller: Caller) => Promise<Response> {
  const prepare = prepareOnce((report, isTrusted) => farewell(report, isTrusted));
  return async (request, load, { isTrusted, options }) => {
    const said = prepare(await load(options), isTrusted);
    const offered = (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
    const chosen = offered.find((name) => Object.hasOwn(SUCCESS, name));
    const answer = upgrade(request, {
      ...said,
      ...(chosen !== undefined && { subprotocol: chosen }),
      ...(said.code === 1000 && { message: SUCCESS[chosen === "bytes" ? "bytes" : "json"] }),
    });
    return answer ?? errorAnswer(400, "Cannot open a WebSocket: the handshake is not that of RFC 6455");
  };
}

/** A `StatusProto` without an error, by subprotocol: in protobuf no byte, in proto3 JSON no field. */
const SUCCESS = { bytes: new Uint8Array(), json: "{}" } as const;

function farewell(report: Report, isTrusted: boolean): Pick<Farewell, "code" | "reason"> {
  return fleetStatus(report) === "SERVING"
    ? { code: 1000, reason: "" }
    : { code: 1011, reason: closeReason(report, isTrusted) };
}
