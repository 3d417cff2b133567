import { isObject } from "./json.ts";

/**
 * The value that a JSON pointer names: https://www.rfc-editor.org/rfc/rfc6901
 *
 * @returns Undefined when nothing is there, or when the pointer is neither empty nor begins with a slash.
 */
export function valueAt(document: unknown, pointer: string): unknown {
  const [root, ...tokens] = pointer.split("/");
  return root === "" ? tokens.map(unescape).reduce(child, document) : undefined;
}

/** `~1` first: `~01` is `~1`, not a slash (§4). */
function unescape(token: string): string {
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}

function child(value: unknown, token: string): unknown {
  if (Array.isArray(value)) return /^(?:0|[1-9]\d*)$/.test(token) ? value[Number(token)] : undefined;
  return isObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
}
