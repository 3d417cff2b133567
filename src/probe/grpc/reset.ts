import { type CallFault, type CallReset, strange } from "./call.ts";
import { ERROR_CODE } from "./protocol.ts";

/**
 * Read the error code of an RST_STREAM as a gRPC code.
 *
 * Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#errors
 */
export function resetResult(errorCode: number): CallReset | CallFault {
  const name = errorName(errorCode);
  if (errorCode === ERROR_CODE.HTTP_1_1_REQUIRED) return strange(`RST_STREAM ${name}`);
  return { kind: "reset", code: GRPC_CODES[errorCode] ?? INTERNAL, message: `RST_STREAM ${name}` };
}

/** The name that RFC 9113 §7 gives an error code. */
export function errorName(errorCode: number): string {
  return Object.entries(ERROR_CODE).find(([, code]) => code === errorCode)?.[0] ?? `error code ${errorCode}`;
}

const INTERNAL = 13;

/** Those that are not INTERNAL. */
const GRPC_CODES: Readonly<Record<number, number>> = {
  [ERROR_CODE.REFUSED_STREAM]: 14,
  [ERROR_CODE.CANCEL]: 1,
  [ERROR_CODE.ENHANCE_YOUR_CALM]: 8,
  [ERROR_CODE.INADEQUATE_SECURITY]: 7,
};
