import assert from "node:assert/strict";
import type { Readable } from "node:stream";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { Miniflare } from "miniflare";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { StatusService } from "../../src/gen/rollcall/v1/status_pb.ts";
import { bundle } from "../support/bundle.ts";
import { startGrpcJsUpstream } from "../support/grpc-js-upstream.ts";
import { startUpstream } from "../support/upstream.ts";
import { listenByWs } from "../support/ws-client.ts";

const PUSH_TOKEN = "a-token-to-push-by";

/** An app of its own that has a Rollcall in it, as users write it. */
function worker(grpcUrl: string): string {
  return `
    import { env } from "cloudflare:workers";
    import { Hono } from "hono";
    import { createRollcall } from "../../src/embed.ts";
    import { objectAuthority, workersKvStore, workersPlatform } from "../../src/embed/workers.ts";
    export { RollcallAuthority } from "../../src/embed/workers.ts";

    const rollcall = createRollcall({
      upstreams: [
        { name: "cart", url: "https://cart.internal", protocol: "grpc-web", via: "CART" },
        { name: "stock", url: "${grpcUrl}" },
        { name: "batch", protocol: "push", critical: false },
      ],
      basePath: "/fleet",
      readToken: "a-token-to-read-by",
      pushToken: "${PUSH_TOKEN}",
      allowPrivateUpstreams: true,
      platform: workersPlatform(),
      store: workersKvStore(env.KV),
      authority: objectAuthority(env.AUTHORITY, env.KV),
      env,
    });
    const app = new Hono();
    app.get("/hello", (c) => c.text("hello"));
    app.mount("/fleet", rollcall.fetch, { replaceRequest: false });
    export default {
      fetch: app.fetch,
      scheduled: (_event, _env, context) => rollcall.refresh(context),
    };
  `;
}

Deno.test({
  name: "createRollcall() in a Worker: beside its own routes, with bindings, native gRPC, KV, and the Durable Object",
  // workerd is a process of its own, which the sanitizers take for a leak.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using cart = await startUpstream();
    await using stock = await startGrpcJsUpstream();
    const miniflare = new Miniflare({
      modules: true,
      script: await bundle(worker(stock.url), import.meta.url),
      compatibilityDate: "2026-07-30",
      kvNamespaces: ["KV"],
      durableObjects: { AUTHORITY: { className: "RollcallAuthority", useSQLite: true } },
      serviceBindings: { CART: { external: { address: `127.0.0.1:${cart.port}`, http: {} } } },
      cf: { colo: "TST" },
      handleRuntimeStdio: (...streams: Readable[]) => streams.forEach((stream) => stream.resume()),
    });
    const url = (await miniflare.ready).origin;

    await t.step("it answers below its mount, and the app where it did", async () => {
      assert.equal(await (await fetch(`${url}/hello`)).text(), "hello");
      const root = await fetch(`${url}/fleet`);
      assert.deepEqual([await root.json(), root.headers.get("link")], [{}, '</fleet/health>; rel="status"']);
      const dryRun = await fetch(`${url}/fleet/dry_run`);
      assert.deepEqual([dryRun.status, await dryRun.json()], [200, { code: 0, description: "", exception: null }]);
      assert.ok(cart.requests() > 0);
    });

    await t.step("its RPCs, a status told, and a Watch that hears of it", async () => {
      const transport = createGrpcWebTransport({ baseUrl: `${url}/fleet` });
      const health = createClient(Health, transport);
      assert.equal((await health.check({ service: "stock" })).status, Status.SERVING);
      const statuses = createClient(StatusService, transport);
      const headers = { authorization: `Bearer ${PUSH_TOKEN}` };
      const told: Status[] = [];
      for await (const { status } of health.watch({ service: "batch" })) {
        told.push(status);
        if (told.length > 1) break;
        await statuses.setStatus({ name: "batch", status: Status.SERVING }, { headers });
      }
      assert.deepEqual(told, [Status.UNKNOWN, Status.SERVING]);
    });

    await t.step("a WebSocket below the mount", async () => {
      const { messages, code } = await listenByWs(`${url.replace("http", "ws")}/fleet/dry_run`);
      assert.deepEqual({ messages, code }, { messages: ["{}"], code: 1000 });
    });

    await t.step("its cron trigger refreshes, and KV keeps where it was seen", async () => {
      // Miniflare's types name those of a package that is not installed.
      const handlers = await miniflare.getWorker() as unknown as {
        scheduled(event: { cron: string }): Promise<unknown>;
      };
      await handlers.scheduled({ cron: "* * * * *" });
      const kv = await miniflare.getKVNamespace("KV") as unknown as { get(key: string): Promise<string | null> };
      assert.match(await kv.get("snapshot") ?? "", /TST/);
      const headers = { authorization: "Bearer a-token-to-read-by" };
      const health = await (await fetch(`${url}/fleet/health`, { headers })).json();
      assert.match(JSON.stringify(health), /workers-kv/);
    });

    await miniflare.dispose();
  },
});

Deno.test({
  name: "createRollcall() in a Worker without the platform's own part is refused, and told why",
  // workerd is a process of its own, which the sanitizers take for a leak.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const script = await bundle(
      `
      import { createRollcall } from "../../src/embed.ts";
      export default {
        fetch() {
          try {
            createRollcall({ upstreams: [] });
          } catch (error) {
            return new Response(error.message);
          }
        },
      };
    `,
      import.meta.url,
    );
    const miniflare = new Miniflare({ modules: true, script, compatibilityDate: "2026-07-30" });
    const told = await (await miniflare.dispatchFetch("http://worker.test/")).text();
    assert.match(
      told,
      /\nCannot parse platform: missing on Workers, .*; pass workersPlatform\(\) of embed\/workers\.ts$/,
    );
    await miniflare.dispose();
  },
});
