import type { Load, Report } from "../../src/core/report.ts";
import { createRoutes, type SurfaceSettings } from "../../src/surface/routes.ts";
import { guarded } from "./leak/in-process.ts";
import { fixedLoad, NOW_MS } from "./reports.ts";

/** The token of every surface made here. */
export const READ_TOKEN = "the-read-token";

/** Settings as the roots would make them, with a clock that stands still and a sleep that never wakes by itself. */
export function settings(more: Partial<SurfaceSettings> = {}): SurfaceSettings {
  return {
    readToken: READ_TOKEN,
    watchMaxMs: 55_000,
    listMax: 100,
    dryRunFailureStatus: 503,
    sleep: untilAborted,
    nowMs: () => NOW_MS,
    changed: (signal) => untilAborted(0, signal),
    ...more,
  };
}

/** Ask the surfaces over a report, or over a load of the test's own; what they say to whom it is not for fails the test. */
export function surfaces(
  source: Report | Load,
  more: Partial<SurfaceSettings> = {},
): (path: string, init?: RequestInit) => Promise<Response> {
  const surface = settings(more);
  const app = createRoutes(surface);
  const { load, listen } = guarded(typeof source === "function" ? source : fixedLoad(source).load, surface);
  return async (path, init) => listen(path, init, await app.request(path, init, { load }));
}

/** A fetch for connect-web's transports that reaches the surfaces without a network. */
export function surfaceFetch(ask: (path: string, init?: RequestInit) => Promise<Response>): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, { ...init, redirect: "manual" });
    const { pathname, search } = new URL(request.url);
    const body = request.body === null ? {} : { body: await request.arrayBuffer() };
    return await ask(pathname + search, {
      method: request.method,
      headers: request.headers,
      signal: request.signal,
      ...body,
    });
  };
}

function untilAborted(_ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    else signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}
