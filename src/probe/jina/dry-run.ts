import { decodeJinaStatus, exceptionText, type JinaStatus } from "../../wire/jina.ts";
import { isObject } from "../../wire/json.ts";
import type { Method } from "../health-method.ts";
import { mismatch, type Verdict } from "../verdict.ts";

/** A gateway's dry run over gRPC: it ends with OK, and what it found is inside the message, which is empty on success. */
export const DRY_RUN: Method = {
  path: "/jina.JinaGatewayDryRunRPC/dry_run",
  encode: () => new Uint8Array(),
  judge(message) {
    const status = decodeJinaStatus(message);
    return status === undefined ? mismatch("message that is no StatusProto") : judgeJinaStatus(status);
  },
  needsMessage: true,
};

/** The gateway's own word, in whichever shape it came. */
export function judgeJinaStatus({ code, description, exception }: JinaStatus): Verdict {
  if (code === 0) return { kind: "answered", status: "SERVING", isFramed: true };
  const message = [description, exception, `code ${code}`].find((text) => text !== "") ?? "";
  return { kind: "answered", status: "NOT_SERVING", message, isFramed: true };
}

/**
 * Read the JSON of a `StatusProto`: of proto3, where what is unset is left out and the code may be a name, or of Jina's
 * HTTP gateway, where nothing is.
 *
 * @returns Undefined when it is neither.
 */
export function readJinaStatus(document: unknown): JinaStatus | undefined {
  if (!isObject(document)) return undefined;
  const { code = 0, description = "", exception } = document;
  const number = code === "SUCCESS" ? 0 : code === "ERROR" ? 1 : code;
  if (typeof number !== "number" || typeof description !== "string") return undefined;
  return { code: number, description, exception: isObject(exception) ? textOf(exception) : "" };
}

function textOf({ name, args }: Readonly<Record<string, unknown>>): string {
  const texts = Array.isArray(args) ? args.filter((arg) => typeof arg === "string") : [];
  return exceptionText(typeof name === "string" ? name : "", texts);
}
