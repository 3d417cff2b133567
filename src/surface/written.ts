import { Code, ConnectError } from "@connectrpc/connect";
import type { RefusalReason, WriteResult } from "../core/write-result.ts";

/** What a write gave. Throws the error that says why it gave nothing. */
export function valueOf<T>(result: WriteResult<T>): T {
  if (result.kind === "done") return result.value;
  throw new ConnectError(result.message, CODES[result.reason]);
}

/** What writes, where there is a place to keep what is written. Throws the error that says how to have one. */
export function writerOf<T>(writer: T | undefined): T {
  if (writer !== undefined) return writer;
  throw new ConnectError(NO_AUTHORITY, Code.FailedPrecondition);
}

const CODES: Readonly<Record<RefusalReason, Code>> = {
  invalid: Code.InvalidArgument,
  not_found: Code.NotFound,
  exists: Code.AlreadyExists,
  conflict: Code.FailedPrecondition,
  outrun: Code.Aborted,
  unavailable: Code.Unavailable,
};

/** A Worker can be without, whose wrangler.toml the lines are of, and a Rollcall inside another server. */
const NO_AUTHORITY = [
  "Nothing can be written here: there is no place to keep it; pass createRollcall() an authority, or add to",
  "wrangler.toml, and deploy:",
  "[[durable_objects.bindings]]",
  'name = "AUTHORITY"',
  'class_name = "RollcallAuthority"',
  "[[migrations]]",
  'tag = "authority"',
  'new_sqlite_classes = ["RollcallAuthority"]',
].join("\n");
