import type { Target } from "../core/registry.ts";
import { type Field, refuse } from "./field.ts";
import type { UpstreamContext } from "./upstream.ts";
import { checkAddress, readUrl } from "./upstream-url.ts";

/**
 * Read CANARY_URL, a page that is asked where nearly all upstreams fail: any answer of it, whatever its HTTP status, shows
 * that the network around us carries.
 */
export function readCanary(field: Field, { platform, knobs, isPrivateAllowed }: UpstreamContext): Target | undefined {
  if (field.value === undefined) return undefined;
  const url = readUrl(field);
  if (url === undefined) return undefined;
  if (!["http", "https"].includes(url.scheme)) {
    return refuse(field, `${url.scheme}:// is no scheme of a page`, "write an https:// or http:// address");
  }
  const isFetchedByWorker = platform === "workers";
  checkAddress(field, url.host, { isPrivateAllowed, isThroughBinding: false, isFetchedByWorker });
  const upstream = {
    name: "canary",
    url: url.pageUrl,
    protocol: "http",
    codec: "proto",
    services: [""],
    http: { method: "HEAD", statuses: [{ from: 100, to: 599 }] },
    timeoutMs: knobs.probeTimeoutMs,
    ttlMs: knobs.ttlMs,
    critical: false,
    headers: {},
  } as const;
  return { key: "canary", service: "", upstream };
}
