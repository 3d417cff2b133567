import assert from "node:assert/strict";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { bundleForNode } from "../support/bundle-for-node.ts";
import { startUpstream } from "../support/upstream.ts";
import { startWebUpstream } from "../support/web-upstream.ts";

const ROOT = new URL("../../", import.meta.url);

/** A server of Node's that has a Rollcall in it, as users write it; it says its port, and ends when it is told to. */
function program(upstreams: readonly object[]): string {
  return `
    import "../../src/embed/node-20.ts";
    import { serve } from "@hono/node-server";
    import { Hono } from "hono";
    import { createRollcall } from "../../src/embed.ts";

    const rollcall = createRollcall({
      upstreams: ${JSON.stringify(upstreams)},
      basePath: "/fleet",
      probeTimeoutMs: 300,
      refreshEveryMs: 60_000,
      allowPrivateUpstreams: true,
    });
    const app = new Hono();
    app.get("/hello", (c) => c.text("hello"));
    app.mount("/fleet", rollcall.fetch);
    // What was asked by last is kept open for five seconds otherwise.
    const serverOptions = { keepAliveTimeout: 100 };
    const options = { fetch: app.fetch, hostname: "127.0.0.1", port: 0, serverOptions };
    const server = serve(options, ({ port }) => console.log(port));
    process.once("SIGTERM", async () => {
      await rollcall.close();
      server.close();
    });
  `;
}

/** Run it, and give its port. It is a process of the node on this machine, whichever it is. */
async function startOnNode(upstreams: readonly object[]) {
  const folder = await Deno.makeTempDir();
  await Deno.symlink(new URL("node_modules", ROOT), `${folder}/node_modules`);
  await Deno.writeTextFile(
    `${folder}/main.mjs`,
    await bundleForNode(program(upstreams), import.meta.url),
  );
  const child = new Deno.Command("node", { args: [`${folder}/main.mjs`], stdout: "piped", stderr: "inherit" }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  return {
    url: `http://127.0.0.1:${new TextDecoder().decode(value).trim()}`,
    async stop() {
      child.kill("SIGTERM");
      const { code } = await child.status;
      await reader.cancel();
      await Deno.remove(folder, { recursive: true });
      return code;
    },
  };
}

Deno.test({
  name: "createRollcall() in a server of Node: fetch alone asks, its RPCs answer, and it lets the process end",
  // Node is a process of its own, which the sanitizers take for a leak.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using shop = await startUpstream({ services: { "": "SERVING", "acme.Shop": "NOT_SERVING" } });
    await using hung = await startUpstream({ handler: () => new Promise(() => {}) });
    await using page = await startWebUpstream();
    page.answer(200, '{"status":"pass","code":0}');
    const down = await startWebUpstream();
    await down[Symbol.asyncDispose]();
    const server = await startOnNode([
      { name: "shop", url: shop.url, protocol: "grpc-web", services: ["", "acme.Shop"] },
      { name: "cart", url: shop.url, protocol: "connect", services: "*" },
      { name: "page", url: `http://${page.host}/health`, protocol: "http" },
      { name: "flow", url: `http://${page.host}`, protocol: "jina", critical: false },
      { name: "hung", url: hung.url, protocol: "connect", critical: false },
      { name: "down", url: `http://${down.host}`, protocol: "http", critical: false },
      { name: "nowhere", url: "https://nowhere.invalid", protocol: "http", critical: false },
    ]);

    await t.step("what each upstream is, and why", async () => {
      assert.equal(await (await fetch(`${server.url}/hello`)).text(), "hello");
      const { names } = await (await fetch(`${server.url}/fleet/health`)).json();
      assert.deepEqual(statesIn(names), {
        "shop/": ["SERVING"],
        "shop/acme.Shop": ["NOT_SERVING"],
        "cart/": ["SERVING"],
        "cart/acme.Shop": ["NOT_SERVING"],
        "page/": ["SERVING"],
        "flow/": ["SERVING"],
        "hung/": ["NOT_SERVING", "timeout"],
        "down/": ["NOT_SERVING", "unavailable"],
        "nowhere/": ["NOT_SERVING", "dns"],
      });
    });

    await t.step("its RPCs, and a Watch that is told of the end", async () => {
      const client = createClient(Health, createGrpcWebTransport({ baseUrl: `${server.url}/fleet` }));
      assert.equal((await client.check({ service: "page" })).status, Status.SERVING);
      const told: Status[] = [];
      let code: Promise<number> | undefined;
      for await (const { status } of client.watch({ service: "page" })) {
        told.push(status);
        code ??= server.stop();
      }
      assert.deepEqual(told, [Status.SERVING, Status.NOT_SERVING]);
      assert.equal(await code, 0);
    });
  },
});

interface Named {
  readonly name: string;
  readonly status: string;
  readonly target?: { readonly failure: string | null };
}

function statesIn(names: readonly Named[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    names.flatMap(({ name, status, target }) =>
      target === undefined ? [] : [[name, [status, ...(target.failure === null ? [] : [target.failure])]]]
    ),
  );
}
