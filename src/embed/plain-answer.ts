import type { WireStatus } from "../wire/health.ts";
import type { ServerHealth } from "./server-health.ts";

/** Answer a GET or HEAD for what understands HTTP statuses only: a load balancer, an uptime monitor, a kubelet. */
export async function plainAnswer(health: ServerHealth, { method, url }: Request): Promise<Response> {
  if (method !== "GET" && method !== "HEAD") {
    return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  }
  const status = await health.check(new URL(url).searchParams.get("service") ?? "");
  return new Response(method === "HEAD" ? null : JSON.stringify({ status }), {
    status: HTTP_STATUS[status],
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}

const HTTP_STATUS = {
  SERVING: 200,
  NOT_SERVING: 503,
  UNKNOWN: 503,
  SERVICE_UNKNOWN: 404,
} as const satisfies Record<WireStatus, number>;
