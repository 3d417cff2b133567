/** `jina.StatusProto`, decoded by hand as far as a probe reads it; its definition is `proto/jina/jina.proto`. */
import { readFields } from "./protobuf.ts";
import { decodeUtf8 } from "./utf8.ts";

/** How a dry run ended. */
export interface JinaStatus {
  /** 0 is SUCCESS, 1 ERROR; other numbers may arrive. */
  readonly code: number;
  readonly description: string;
  /** What the exception says, or else what it is called; `""` when there is none. */
  readonly exception: string;
}

/** Decode a `StatusProto`, which is empty on success; undefined when the bytes are no such message. */
export function decodeJinaStatus(message: Uint8Array): JinaStatus | undefined {
  let code = 0;
  let description: string | undefined = "";
  const exception: Exception = { name: "", args: [] };
  const isWhole = readFields(message, (tag, value) => {
    if (tag === CODE_TAG && typeof value === "number") code = value;
    if (typeof value === "number") return true;
    if (tag === DESCRIPTION_TAG) description = decodeUtf8(value);
    return description !== undefined && (tag !== EXCEPTION_TAG || readException(value, exception));
  });
  return isWhole ? { code, description, exception: exceptionText(exception.name, exception.args) } : undefined;
}

/** An exception in one line. */
export function exceptionText(name: string, args: readonly string[]): string {
  return args.length > 0 ? args.join("; ") : name;
}

interface Exception {
  name: string;
  readonly args: string[];
}

/** Of a message given in pieces each adds to the one before: https://protobuf.dev/programming-guides/encoding/#last-one-wins */
function readException(message: Uint8Array, exception: Exception): boolean {
  return readFields(message, (tag, value) => {
    if (typeof value === "number" || (tag !== NAME_TAG && tag !== ARGS_TAG)) return true;
    const text = decodeUtf8(value);
    if (text === undefined) return false;
    if (tag === NAME_TAG) exception.name = text;
    else exception.args.push(text);
    return true;
  });
}

// Field 1, varint; fields 2 and 3, length-delimited.
const CODE_TAG = 0x08;
const DESCRIPTION_TAG = 0x12;
const EXCEPTION_TAG = 0x1a;

// Of the exception: fields 1 and 2, length-delimited.
const NAME_TAG = 0x0a;
const ARGS_TAG = 0x12;
