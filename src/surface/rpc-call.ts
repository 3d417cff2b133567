import { type ConnectError, createContextKey, type HandlerContext } from "@connectrpc/connect";
import type { Load } from "../core/report.ts";
import type { Caller } from "./caller.ts";

/** What an RPC's implementation knows of its request besides the message. */
export interface RpcCall {
  readonly load: Load;
  readonly caller: Caller;
  /** Aborts when Rollcall is about to stop. */
  readonly leaving?: AbortSignal;
  /** Why the call is refused before its message is read. */
  readonly refusal?: ConnectError;
}

/** A request for an RPC whose body has been read. */
export interface RpcRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Where a call travels through connect-es. */
export const RPC_CALL = createContextKey<RpcCall | undefined>(undefined, { description: "rollcall.call" });

/** The call behind a handler context. Throws when nobody put one there, which only a bug does. */
export function callOf(context: Pick<HandlerContext, "values">): RpcCall {
  const call = context.values.get(RPC_CALL);
  if (call === undefined) throw new Error("Cannot answer an RPC: its context carries no call");
  return call;
}
