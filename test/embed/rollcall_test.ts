import assert from "node:assert/strict";
import { createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { Hono } from "hono";
import { createRollcall, memoryAuthority } from "../../src/embed.ts";
import { denoKvAuthority, denoKvStore, denoPlatform } from "../../src/embed/deno.ts";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { RegistryService } from "../../src/gen/rollcall/v1/registry_pb.ts";
import { StatusService } from "../../src/gen/rollcall/v1/status_pb.ts";
import { startGrpcJsUpstream } from "../support/grpc-js-upstream.ts";
import { startUpstream } from "../support/upstream.ts";
import { listenByWs } from "../support/ws-client.ts";

const HERE = { allowPrivateUpstreams: true } as const;

/** An app with a route of its own, that has Rollcall at `/fleet` in each way there is to mount it. */
const MOUNTS = {
  "app.mount()": (app, answer) => app.mount("/fleet", answer),
  "app.mount() with the request as it is": (app, answer) => app.mount("/fleet", answer, { replaceRequest: false }),
  "app.all()": (app, answer) => app.all("/fleet/*", (c) => answer(c.req.raw)),
} as const satisfies Record<string, (app: Hono, answer: (request: Request) => Promise<Response>) => unknown>;

for (const [way, mount] of Object.entries(MOUNTS)) {
  Deno.test(`createRollcall() answers every path below its mount in Hono by ${way}`, async () => {
    await using shop = await startUpstream();
    await using rollcall = createRollcall({
      upstreams: [{ name: "shop", url: shop.url, protocol: "grpc-web" }],
      basePath: "/fleet",
      ...HERE,
    });
    const app = new Hono();
    app.get("/hello", (c) => c.text("hello"));
    mount(app, rollcall.fetch);

    for (const path of ["/fleet", "/fleet/"]) {
      const root = await app.request(path);
      assert.deepEqual([root.status, root.headers.get("link")], [200, '</fleet/health>; rel="status"']);
    }
    assert.deepEqual(await (await app.request("/fleet/dry_run")).json(), { code: 0, description: "", exception: null });
    assert.equal((await app.request("/fleet/health", { method: "HEAD" })).status, 200);
    assert.equal((await app.request("/fleet/dry_run", { method: "POST" })).status, 405);
    const { error } = await (await app.request("/fleet/nothing")).json();
    assert.match(
      error,
      /^Cannot find "\/fleet\/nothing": there are \/fleet\/, \/fleet\/dry_run, .*\/fleet\/grpc\.health/,
    );
    assert.equal(await (await app.request("/hello")).text(), "hello");

    const send: typeof fetch = async (input, init) => await app.request(new Request(input, init));
    for (const create of [createGrpcWebTransport, createConnectTransport]) {
      const client = createClient(Health, create({ baseUrl: "http://app.test/fleet", fetch: send }));
      assert.equal((await client.check({ service: "shop" })).status, Status.SERVING);
    }
  });
}

Deno.test("createRollcall() links relatively where it does not know its mount, and takes requests at the root", async () => {
  await using rollcall = createRollcall({ upstreams: [] });
  const root = await rollcall.fetch(new Request("http://app.test/"));
  assert.equal(root.headers.get("link"), '<./health>; rel="status"');
  const nothing = await (await rollcall.fetch(new Request("http://app.test/nothing"))).json();
  assert.match(nothing.error, /^Cannot find "\.\/nothing": there are \.\/, \.\/dry_run, /);
  assert.equal((await rollcall.fetch(new Request("http://app.test/dry_run"))).status, 503);
});

Deno.test("createRollcall() does not take a path for its own that only begins as its mount does", async () => {
  await using rollcall = createRollcall({ upstreams: [], basePath: "/fleet" });
  assert.equal((await rollcall.fetch(new Request("http://app.test/fleets/health"))).status, 404);
});

Deno.test("createRollcall() with the platform of Deno asks native gRPC, and opens WebSockets below its mount", async () => {
  await using shop = await startGrpcJsUpstream();
  await using rollcall = createRollcall({
    upstreams: [{ name: "shop", url: shop.url }],
    basePath: "/fleet",
    platform: denoPlatform(),
    ...HERE,
  });
  const app = new Hono().mount("/fleet", rollcall.fetch, { replaceRequest: false });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
  const { messages, code } = await listenByWs(`ws://127.0.0.1:${server.addr.port}/fleet/dry_run`);
  assert.deepEqual({ messages, code }, { messages: ["{}"], code: 1000 });
});

Deno.test("createRollcall() says why it opens no WebSocket where the server around it copied the request", async () => {
  await using rollcall = createRollcall({ upstreams: [], basePath: "/fleet", platform: denoPlatform() });
  const app = new Hono().mount("/fleet", rollcall.fetch);
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
  const { refused } = await listenByWs(`ws://127.0.0.1:${server.addr.port}/fleet/dry_run`);
  assert.equal(refused, 501);
});

Deno.test("createRollcall() takes what is told and written, with an authority in memory", async () => {
  await using rollcall = createRollcall({
    upstreams: [{ name: "batch", protocol: "push" }],
    pushToken: "a-token-to-push-by",
    adminToken: "a-token-to-change-by",
    authority: memoryAuthority(),
    basePath: "/fleet",
  });
  const transportFor = (token: string) =>
    createConnectTransport({
      baseUrl: "http://app.test/fleet",
      fetch: (input, init) => rollcall.fetch(new Request(input, init)),
      interceptors: [bearing(token)],
    });
  const dryRun = async () => (await rollcall.fetch(new Request("http://app.test/fleet/dry_run"))).status;
  assert.equal(await dryRun(), 503);
  const statuses = createClient(StatusService, transportFor("a-token-to-push-by"));
  await statuses.setStatus({ name: "batch", status: Status.SERVING });
  assert.equal(await dryRun(), 200);
  const registry = createClient(RegistryService, transportFor("a-token-to-change-by"));
  const added = registry.registerUpstream({ upstream: { name: "shop", url: "grpc://shop.example.com" } });
  await assert.rejects(added, /native gRPC needs more than fetch/);
  assert.equal(await dryRun(), 200);
});

Deno.test("createRollcall() knows in another process what Deno KV kept of it", async () => {
  const path = await Deno.makeTempFile();
  await using shop = await startUpstream();
  const upstreams = [{ name: "shop", url: shop.url, protocol: "connect" }] as const;
  const readAgain = async () => {
    using kv = await Deno.openKv(path);
    const rollcall = createRollcall({
      upstreams,
      platform: denoPlatform(),
      store: denoKvStore(kv),
      authority: denoKvAuthority(kv),
      ...HERE,
    });
    const { status } = await rollcall.fetch(new Request("http://app.test/dry_run"));
    await rollcall.close();
    return status;
  };
  assert.deepEqual([await readAgain(), await readAgain(), shop.requests()], [200, 200, 1]);
  await Deno.remove(path);
});

function bearing(token: string): Interceptor {
  return (next) => async (request) => {
    request.header.set("authorization", `Bearer ${token}`);
    return await next(request);
  };
}
