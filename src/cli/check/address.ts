import type { Protocol } from "../../core/registry.ts";
import { CliError } from "../cli-error.ts";

/** Where a server is, as its address tells. */
export interface CheckAddress {
  readonly url: string;
  readonly protocol: Protocol | "auto";
  readonly isTls: boolean;
  /** Path of the Unix socket it listens on; the URL then only says as what it is addressed. */
  readonly unixPath?: string;
}

/** What the other options say of it. */
export interface AddressHints {
  readonly protocol: Protocol | "auto" | undefined;
  readonly isTls: boolean;
}

/**
 * Read an address: `host:port`, as gRPC names it (`dns:///` and `passthrough:///` mean the same), or the URL of an upstream. Of a
 * bare address the protocol is native gRPC; a URL's scheme tells its own. `unix:PATH` is a socket, as gRPC names it too.
 *
 * @throws CliError
 */
export function readAddress(text: string, { protocol, isTls }: AddressHints): CheckAddress {
  const unixPath = /^unix:(?:\/\/(?=\/))?(.+)$/.exec(text)?.[1];
  if (unixPath !== undefined) return readUnixAddress(text, unixPath, { protocol, isTls });
  const target = text.replace(/^(?:dns|passthrough):\/\/[^/]*\//, "").replace(/^(?:dns|passthrough):(?!\/)/, "");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(target)?.[1]?.toLowerCase();
  if (scheme === undefined) return readBareAddress(text, target, { protocol, isTls });
  const fitting = PROTOCOLS_OF[scheme];
  if (fitting === undefined) throw wrong(text, `there is no way to ask ${scheme}://`, `begin it with ${SCHEMES}`);
  if (isTls && !TLS_SCHEMES.includes(scheme)) {
    throw wrong(text, `-tls, but ${scheme}:// has no TLS`, `begin it with ${scheme}s://`);
  }
  const [first = "auto"] = fitting;
  if (protocol !== undefined && !fitting.includes(protocol)) {
    throw wrong(text, `${scheme}:// is not asked by protocol ${protocol}`, `use ${fitting.join(", ")}`);
  }
  return { url: checkedUrl(text, target), protocol: protocol ?? first, isTls: TLS_SCHEMES.includes(scheme) };
}

/** As the registry pairs them, the default first. */
const PROTOCOLS_OF: Readonly<Record<string, readonly (Protocol | "auto")[]>> = {
  grpc: ["grpc", "jina"],
  grpcs: ["grpc", "jina"],
  http: ["auto", "grpc-web", "connect", "grpc", "jina", "http"],
  https: ["auto", "grpc-web", "connect", "grpc", "jina", "http"],
  ws: ["jina"],
  wss: ["jina"],
};
const SCHEMES = Object.keys(PROTOCOLS_OF).map((scheme) => `${scheme}://`).join(", ");
const TLS_SCHEMES: readonly string[] = ["grpcs", "https", "wss"];

/** In plaintext: nobody listens in on it. grpc-go addresses it as localhost too. */
function readUnixAddress(text: string, unixPath: string, { protocol = "grpc", isTls }: AddressHints): CheckAddress {
  if (protocol !== "grpc") throw wrong(text, `a Unix socket is not asked by protocol ${protocol}`, "use grpc");
  if (isTls) throw wrong(text, "-tls over a Unix socket", "leave -tls out");
  return { url: "grpc://localhost", protocol, isTls, unixPath };
}

function readBareAddress(text: string, target: string, { protocol = "grpc", isTls }: AddressHints): CheckAddress {
  const isGrpc = protocol === "grpc" || protocol === "jina";
  const scheme = `${isGrpc ? "grpc" : "http"}${isTls ? "s" : ""}`;
  // grpc-go takes 443 where no port is told.
  const hasPort = /:\d+$/.test(target.replace(/^\[[^\]]*\]/, ""));
  return { url: checkedUrl(text, `${scheme}://${target}${hasPort || !isGrpc ? "" : ":443"}`), protocol, isTls };
}

function checkedUrl(text: string, url: string): string {
  // Read as http, which judges host and port; other schemes take any.
  const parsed = URL.parse(url.replace(/^[a-z]+/i, "http"));
  const isPlain = parsed !== null && parsed.username === "" && parsed.search === "" && parsed.hash === "" &&
    !/\s/.test(url);
  if (!isPlain || parsed.hostname === "") {
    throw wrong(text, "it is no host:port", "write it as localhost:50051 or [::1]:50051");
  }
  return url.replace(/\/+$/, "");
}

function wrong(text: string, state: string, fix: string): CliError {
  return new CliError(`Cannot use address ${JSON.stringify(text)}: ${state}`, fix);
}
