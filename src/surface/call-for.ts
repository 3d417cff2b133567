import { Code, ConnectError } from "@connectrpc/connect";
import type { Load } from "../core/report.ts";
import type { CallerReading, Refusal } from "./caller.ts";
import { WWW_AUTHENTICATE } from "./error-answer.ts";
import type { RpcCall } from "./rpc-call.ts";

/** The call of a caller; of one who is refused, a call that every RPC refuses. */
export function callFor(reading: CallerReading, load: Load): RpcCall {
  if (reading.kind === "caller") return { load, caller: reading.caller };
  return { load, caller: STRANGER, refusal: refusalError(reading.refusal) };
}

const STRANGER = { isTrusted: false, options: {} };

function refusalError({ reason, message }: Refusal): ConnectError {
  return reason === "bad_token"
    ? new ConnectError(message, Code.Unauthenticated, { "www-authenticate": WWW_AUTHENTICATE })
    : new ConnectError(message, Code.InvalidArgument);
}
