import { Code, ConnectError } from "@connectrpc/connect";
import type { Load } from "../core/report.ts";
import type { CallerReading, Refusal } from "./caller.ts";
import { WWW_AUTHENTICATE } from "./error-answer.ts";
import type { RpcCall } from "./rpc-call.ts";

/** The call of a caller; of one who is refused, a call that every RPC refuses. */
export function callFor(reading: CallerReading, load: Load, leaving?: AbortSignal): RpcCall {
  const call = { load, ...(leaving && { leaving }) };
  if (reading.kind === "caller") return { ...call, caller: reading.caller };
  const caller = { role: reading.role, isTrusted: false, options: {} };
  return { ...call, caller, refusal: refusalError(reading.refusal) };
}

/** Why a call whose request is too long is refused. */
export function tooLong(maxBytes: number): ConnectError {
  return new ConnectError(`request body is longer than ${maxBytes} bytes`, Code.ResourceExhausted);
}

function refusalError({ reason, message }: Refusal): ConnectError {
  return reason === "bad_token"
    ? new ConnectError(message, Code.Unauthenticated, { "www-authenticate": WWW_AUTHENTICATE })
    : new ConnectError(message, Code.InvalidArgument);
}
