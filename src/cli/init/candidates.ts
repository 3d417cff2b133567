import { CliError } from "../cli-error.ts";

/**
 * The URLs that an address may mean, in the order in which to try them: itself, if it has a scheme; else plaintext, native gRPC first,
 * and TLS, which comes first at port 443 or where no port is given.
 */
export function candidatesOf(address: string): readonly string[] {
  const hasScheme = /^[a-z]+:\/\//i.test(address);
  const rest = hasScheme ? address : `http://${address}`;
  const parsed = URL.parse(rest.replace(/^[a-z]+:/i, "http:"));
  if (parsed === null || parsed.username !== "" || parsed.search !== "" || !isScheme(rest)) {
    throw new CliError(`Cannot read address ${JSON.stringify(address)}`, FIX);
  }
  const bare = address.replace(/\/+$/, "");
  if (hasScheme) return [bare];
  const plain = [`grpc://${bare}`, `http://${bare}`];
  const tls = [`https://${bare}`, `grpcs://${bare}`];
  const hasPort = /:\d+(?:\/|$)/.test(bare.replace(/^\[[^\]]*\]/, ""));
  return !hasPort || /:443(?:\/|$)/.test(bare) ? [...tls, ...plain] : [...plain, ...tls];
}

const SCHEMES = ["http", "https", "grpc", "grpcs", "ws", "wss"];
const FIX = `write host:port, or a URL with one of ${SCHEMES.map((scheme) => `${scheme}://`).join(", ")}`;

function isScheme(url: string): boolean {
  return SCHEMES.includes(url.slice(0, url.indexOf(":")).toLowerCase());
}
