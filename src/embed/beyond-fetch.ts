import type { Registry, Upstream } from "../core/registry.ts";

/**
 * Tell of upstreams that `fetch` alone cannot ask as they want to be: it speaks no native gRPC, takes no certificates, and
 * sends the URL's own host.
 */
export function beyondFetch({ upstreams }: Registry): readonly string[] {
  return upstreams.flatMap((upstream) => needsOf(upstream).map((need) => problemOf(upstream, need)));
}

interface Need {
  readonly field: keyof Upstream | "watch" | "ca, cert, key, serverName";
  readonly state: string;
  readonly fix: string;
}

function needsOf(upstream: Upstream): readonly Need[] {
  const { protocol, url, tls, authority, isWatched } = upstream;
  const needs: Need[] = [];
  if (protocol === "grpc") needs.push({ field: "protocol", state: "native gRPC needs more than fetch", fix: NAMED });
  if (protocol === "auto") needs.push({ field: "protocol", state: "auto may need native gRPC", fix: NAMED });
  if (protocol === "jina" && !isWeb(url)) {
    needs.push({ field: "url", state: "its scheme needs more than fetch", fix: "use https:// or http://" });
  }
  if (tls !== undefined) {
    needs.push({ field: "ca, cert, key, serverName", state: "fetch takes none", fix: "remove it" });
  }
  if (authority !== undefined) {
    needs.push({ field: "authority", state: "fetch sends the URL's host", fix: "remove it" });
  }
  if (isWatched === true) needs.push({ field: "watch", state: "nobody keeps streams here", fix: "remove it" });
  return needs;
}

const NAMED = "name another: grpc-web, connect, jina or http";

function isWeb(url: string): boolean {
  return /^https?:/.test(url);
}

function problemOf(upstream: Upstream, { field, state, fix }: Need): string {
  const name = JSON.stringify(upstream.name);
  return `Cannot parse ${field} of upstream ${name}: ${state}; ${fix}, or pass platform: denoPlatform() of embed/deno.ts`;
}
