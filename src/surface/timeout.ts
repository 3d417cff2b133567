/**
 * The shortest timeout a request states, in milliseconds, of `grpc-timeout`, `connect-timeout-ms` and `?timeout=`.
 *
 * @returns `ms` undefined when it states none; `error` names the field that cannot be read and how to write it.
 */
export function requestTimeout(request: RequestHead): { readonly ms?: number; readonly error?: string } {
  const stated: number[] = [];
  for (const { field, read, parse, fix } of FIELDS) {
    const text = read(request);
    if (text === null) continue;
    const ms = parse(text);
    if (ms === undefined) return { error: `Cannot read ${field} ${JSON.stringify(text.slice(0, 40))}: ${fix}` };
    stated.push(ms);
  }
  return stated.length === 0 ? {} : { ms: Math.min(...stated) };
}

/**
 * Leave out timeouts that no timer can hold (31 bits of milliseconds, 24 days): a timer set for longer fires at once.
 *
 * @returns `headers` itself when there is nothing to leave out.
 */
export function withoutFarTimeouts(headers: Headers): Headers {
  const far = [["grpc-timeout", parseGrpcTimeout], ["connect-timeout-ms", parseConnectTimeout]] as const;
  const names = far.filter(([name, parse]) => (parse(headers.get(name) ?? "") ?? 0) > TIMER_MAX_MS).map(([name]) =>
    name
  );
  if (names.length === 0) return headers;
  const kept = new Headers(headers);
  for (const name of names) kept.delete(name);
  return kept;
}

/** What a request says before its body; headers by lower-case name. */
export interface RequestHead {
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

const TIMER_MAX_MS = 2_147_483_647;

const FIELDS = [
  {
    field: "grpc-timeout",
    read: (request: RequestHead) => request.headers.get("grpc-timeout"),
    parse: parseGrpcTimeout,
    fix: "write 1 to 8 digits and a unit (H, M, S, m, u, n), such as 1500m",
  },
  {
    field: "connect-timeout-ms",
    read: (request: RequestHead) => request.headers.get("connect-timeout-ms"),
    parse: parseConnectTimeout,
    fix: "write 1 to 10 digits, in milliseconds, such as 1500",
  },
  {
    field: "timeout",
    read: readQueryTimeout,
    parse: parseQueryTimeout,
    fix: "write milliseconds such as 1500 or 500ms, or seconds such as 1.5s, above 0",
  },
];

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, rule Timeout. */
function parseGrpcTimeout(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(text) ?? [];
  const unitMs = GRPC_UNIT_MS.get(unit ?? "");
  return unitMs === undefined ? undefined : Number(digits) * unitMs;
}

const GRPC_UNIT_MS = new Map([["H", 3_600_000], ["M", 60_000], ["S", 1_000], ["m", 1], ["u", 1e-3], ["n", 1e-6]]);

/** https://connectrpc.com/docs/protocol#unary-request, rule Timeout-Milliseconds. */
function parseConnectTimeout(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** A hot read has no query, and must not pay for a URL. */
function readQueryTimeout(request: RequestHead): string | null {
  return request.url.includes("?") ? new URL(request.url).searchParams.get("timeout") : null;
}

function parseQueryTimeout(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s)?$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  const ms = Number(number) * (unit === "s" ? 1_000 : 1);
  return ms > 0 ? ms : undefined;
}
