import type { Load, Report } from "../core/report.ts";
import type { Caller } from "./caller.ts";
import { closeReason } from "./close-reason.ts";
import { errorAnswer, noteBug } from "./error-answer.ts";
import { prepareOnce } from "./prepared.ts";
import { fleetStatus } from "./served-name.ts";
import type { Farewell, Upgrade } from "./upgrade.ts";

/**
 * `WS /dry_run`, as Jina's gateway serves it (jina-ai/serve: jina/serve/runtimes/gateway/websocket_fastapi_app.py), and
 * closed in the end, which Jina's leaves to the client.
 *
 * A serving fleet is one message, an empty `jina.StatusProto`, and close 1000; any other is no message, and close 1011
 * with the reason. What the client sends is never read.
 */
export function createDryRunSocket(
  upgrade: Upgrade,
): (request: Request, load: Load, caller: Caller) => Promise<Response> {
  const prepare = prepareOnce(farewells);
  return async (request, load, { isTrusted, options }) => {
    const offered = (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
    const chosen = offered.find(isSubprotocol);
    const say = () =>
      load(options).then((report) => prepare(report, isTrusted)[chosen ?? "json"]).catch((error): Farewell => ({
        code: 1011,
        reason: noteBug(error),
      }));
    return await upgrade(request, chosen, say) ??
      errorAnswer(400, "Cannot open a WebSocket: the handshake is not that of RFC 6455");
  };
}

/** A `StatusProto` without an error, by subprotocol: in protobuf no byte, in proto3 JSON no field. */
const SUCCESS = { bytes: new Uint8Array(), json: "{}" } as const;

type Subprotocol = keyof typeof SUCCESS;

function isSubprotocol(name: string): name is Subprotocol {
  return Object.hasOwn(SUCCESS, name);
}

function farewells(report: Report, isTrusted: boolean): Readonly<Record<Subprotocol, Farewell>> {
  if (fleetStatus(report) !== "SERVING") {
    const failure = { code: 1011, reason: closeReason(report, isTrusted) } as const;
    return { bytes: failure, json: failure };
  }
  const success = { code: 1000, reason: "" } as const;
  return { bytes: { ...success, message: SUCCESS.bytes }, json: { ...success, message: SUCCESS.json } };
}
