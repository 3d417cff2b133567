import type { Context } from "hono";
import { HonoBase } from "hono/hono-base";
import { TrieRouter } from "hono/router/trie-router";
import type { Load } from "../core/report.ts";
import { type Caller, createCallerReader } from "./caller.ts";
import { preflightAnswer } from "./cors.ts";
import { createDryRunAnswer } from "./dry-run-http.ts";
import { createDryRunSocket } from "./dry-run-socket.ts";
import { errorAnswer, methodNotAllowed, noteBug, refusalAnswer } from "./error-answer.ts";
import { createHealthAnswer } from "./health-json.ts";
import { createMetricsAnswer } from "./metrics.ts";
import { rootAnswer } from "./root.ts";
import { createRpcs } from "./rpc.ts";
import type { RequestBindings, SurfaceSettings } from "./settings.ts";
import { isUpgrade } from "./upgrade.ts";

export type { RequestBindings, SurfaceSettings } from "./settings.ts";

type Routes = HonoBase<{ Bindings: RequestBindings }>;

/**
 * Every way out, on one Hono app. Each request brings its `load`: `app.fetch(request, { load })`.
 *
 * What is not here is 404, a method a path does not take is 405 with `Allow`, and a bug is a plain 500; all as
 * `{"error": "..."}`, and readable by browsers of any origin.
 */
export function createRoutes(settings: SurfaceSettings): Routes {
  // A dozen fixed paths need no router that compiles them, and this one is the smallest that heeds a slash at the end.
  const { basePath = "" } = settings;
  const getPath = (request: Request) => pathBelow(basePath, request);
  const app: Routes = new HonoBase({ router: new TrieRouter(), ...(basePath !== "" && { getPath }) });
  const readCaller = createCallerReader(settings);
  const rpcs = createRpcs(settings, readCaller);
  app.options("*", preflightAnswer);
  app.get("/", () => rootAnswer(basePath));
  app.get("/dry_run", forCaller(createDryRun(settings)));
  app.get("/health", forCaller(createHealthAnswer()));
  app.get("/metrics", forCaller(createMetricsAnswer()));
  for (const path of HTTP_PATHS) app.all(path, (c) => methodNotAllowed(c.req.method, ["GET"]));
  for (const rpc of rpcs) app.all(rpc.path, (c) => rpc.answer(c.req.raw, c.env.load));
  const paths = [...HTTP_PATHS, ...rpcs.map(({ path }) => path)].map((path) => basePath + path).join(", ");
  app.notFound((c) => errorAnswer(404, `Cannot find ${JSON.stringify(basePath + c.req.path)}: there are ${paths}`));
  app.onError((error) => errorAnswer(500, noteBug(error)));
  return app;

  function forCaller(answer: Answer) {
    return (c: Context<{ Bindings: RequestBindings }>) => {
      const reading = readCaller(c.req.raw);
      if (reading.kind === "refused") return refusalAnswer(reading.refusal);
      return answer(c.req.raw, c.env.load, reading.caller);
    };
  }
}

type Answer = (request: Request, load: Load, caller: Caller) => Promise<Response>;

/** One path, two ways: over a WebSocket to who asks for an upgrade, else over HTTP. */
function createDryRun(settings: SurfaceSettings): Answer {
  const overHttp = createDryRunAnswer(settings);
  const overSocket = settings.upgrade === undefined ? overHttp : createDryRunSocket(settings.upgrade);
  return (request, load, caller) => (isUpgrade(request) ? overSocket : overHttp)(request, load, caller);
}

const HTTP_PATHS = ["/", "/dry_run", "/health", "/metrics"];

/** A request's path, less what all is mounted under: some servers have taken it off, others have not. */
function pathBelow(basePath: string, { url }: Request): string {
  const { pathname } = new URL(url);
  if (pathname === basePath) return "/";
  return pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : pathname;
}
