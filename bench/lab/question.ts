import type { RunningRollcall } from "../../test/support/rollcall.ts";
import { READ_TOKEN } from "./upstreams.ts";

/** One answer of `/dry_run`. */
export interface DryRunAnswer {
  readonly status: number;
  readonly body: string;
  readonly tookMs: number;
}

/** Ask `/dry_run` as a stranger does. */
export async function dryRun(
  { url }: RunningRollcall,
  headers?: Readonly<Record<string, string>>,
): Promise<DryRunAnswer> {
  const startedMs = performance.now();
  const response = await fetch(`${url}/dry_run`, { headers: headers ?? {} });
  const body = await response.text();
  return { status: response.status, body, tookMs: Math.round(performance.now() - startedMs) };
}

/** Ask `/dry_run`, with every target probed now. */
export function forcedDryRun(rollcall: RunningRollcall): Promise<DryRunAnswer> {
  return dryRun(rollcall, { "cache-control": "no-cache", authorization: `Bearer ${READ_TOKEN}` });
}

/** Resolves after `ms` of real time. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
