import { InvalidArgumentError } from "@commander-js/extra-typings";

/** A header as it was written. */
export type RpcHeader = readonly [name: string, value: string];

/** Read one more `name: value`; the value may hold colons. */
export function collectRpcHeader(text: string, earlier: readonly RpcHeader[] = []): readonly RpcHeader[] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("write it as 'name: value'");
  return [...earlier, [name, value]];
}

/** Names in lower case; of one given twice the values are joined, as RFC 9110 §5.3 has it. */
export function rpcHeadersOf(pairs: readonly RpcHeader[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    headers[key] = Object.hasOwn(headers, key) ? `${headers[key]}, ${value}` : value;
  }
  return headers;
}
