import { CliError } from "../cli-error.ts";

/** Where a Jina host is and what it speaks. */
export interface JinaHost {
  readonly protocol: "grpc" | "http" | "websocket";
  readonly isTls: boolean;
  /** A name or an address; IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Read a host as Jina's clients write it: `[scheme://]host[:port]`. Without a scheme it is gRPC; without a port, 443 over TLS
 * and 80 otherwise, as Jina's `Client` has it. IPv6 goes in brackets, which Jina has no form for.
 *
 * @throws CliError with exit code 1, as `jina ping` ends for a host that it cannot read.
 */
export function parseJinaHost(text: string): JinaHost {
  const [, scheme = "grpc", host = "", port] =
    /^(?:([a-z]+):\/\/)?(\[[\da-f:.]+\]|[^:/?#@\s[\]]+)(?::(\d+))?\/?$/i.exec(text) ?? [];
  const way = SCHEMES[scheme.toLowerCase()];
  if (way === undefined) {
    throw unreadable(text, `there is no scheme ${scheme}`, `write one of ${Object.keys(SCHEMES).join(", ")}`);
  }
  if (host === "" || !URL.canParse(`http://${host}`)) throw unreadable(text, whyNot(text), FIX);
  const number = port === undefined ? (way.isTls ? 443 : 80) : Number(port);
  if (number < 1 || number > 65_535) throw unreadable(text, "port must be 1..65535", FIX);
  return { ...way, host, port: number };
}

const SCHEMES: Readonly<Record<string, Pick<JinaHost, "protocol" | "isTls">>> = {
  grpc: { protocol: "grpc", isTls: false },
  grpcs: { protocol: "grpc", isTls: true },
  http: { protocol: "http", isTls: false },
  https: { protocol: "http", isTls: true },
  ws: { protocol: "websocket", isTls: false },
  wss: { protocol: "websocket", isTls: true },
  websocket: { protocol: "websocket", isTls: false },
};

const FIX = "write [scheme://]host[:port], as grpc://localhost:12345";

function whyNot(text: string): string {
  const rest = text.replace(/^[a-z]+:\/\//i, "");
  if (/^[^[\]]*:[^[\]]*:/.test(rest)) return "it has more than one colon; an IPv6 address goes in brackets";
  return /:(?!\d+\/?$)[^/]*$/.test(rest) ? "its port is no number" : "it is no host";
}

function unreadable(text: string, state: string, fix: string): CliError {
  return new CliError(`Cannot read host ${JSON.stringify(text)}: ${state}`, fix, 1);
}
