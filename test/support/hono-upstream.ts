import { Hono } from "hono";

/** An HTTP server by other hands, which answers `/<index>` with the answer of that index. */
export interface HonoUpstream extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Requests so far, such as `GET /0?x=1`. */
  readonly asked: readonly string[];
  /** The headers of the last request. */
  lastHeaders(): Headers;
}

/** An answer of it. */
export interface HonoAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Start it on 127.0.0.1 at a free port. */
export function startHonoUpstream(answers: readonly HonoAnswer[]): HonoUpstream {
  const asked: string[] = [];
  let lastHeaders = new Headers();
  const app = new Hono();
  app.use(async (context, next) => {
    const { pathname, search } = new URL(context.req.url);
    asked.push(`${context.req.method} ${pathname}${search}`);
    lastHeaders = context.req.raw.headers;
    await next();
  });
  app.get("/", (context) => context.json({}));
  app.get("/:index", (context) => {
    const { status = 200, headers = {}, body } = answers[Number(context.req.param("index"))] ?? { status: 404 };
    return new Response(status === 204 || status === 302 ? null : body ?? null, { status, headers });
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    lastHeaders: () => lastHeaders,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
