import assert from "node:assert/strict";
import { createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { Hono } from "hono";
import { createRollcall, memoryAuthority } from "../../src/embed.ts";
import { denoKvAuthority, denoKvStore, denoPlatform } from "../../src/embed/deno.ts";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { RegistryService } from "../../src/gen/rollcall/v1/registry_pb.ts";
import { StatusService } from "../../src/gen/rollcall/v1/status_pb.ts";
import { eventually } from "../support/eventually.ts";
import { startGrpcJsUpstream } from "../support/grpc-js-upstream.ts";
import { startUpstream } from "../support/upstream.ts";
import { startWebUpstream } from "../support/web-upstream.ts";
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

Deno.test("createRollcall() keeps Watch streams of upstreams that say so, until closed", async () => {
  await using shop = await startGrpcJsUpstream();
  const log: string[] = [];
  await using rollcall = createRollcall({
    upstreams: [{ name: "shop", url: shop.url, watch: true }],
    platform: denoPlatform(),
    log: (entry) => log.push(entry.event),
    ...HERE,
  });
  const dryRun = async () => (await rollcall.fetch(new Request("http://app.test/dry_run"))).status;
  assert.equal(await dryRun(), 200);
  await eventually(() => log.includes("watch") || undefined, () => "no stream was begun");
  shop.setStatus("", "NOT_SERVING");
  await eventually(async () => await dryRun() === 503 || undefined, () => "the change was not heard");
});

Deno.test("EmbeddedRollcall.close() tells who watches, ends them, and answers from then on without a probe", async () => {
  await using shop = await startUpstream();
  const rollcall = createRollcall({ upstreams: [{ name: "shop", url: shop.url, protocol: "connect" }], ...HERE });
  const client = createClient(
    Health,
    createGrpcWebTransport({
      baseUrl: "http://app.test",
      fetch: (input, init) => rollcall.fetch(new Request(input, init)),
    }),
  );
  const told: Status[] = [];
  for await (const { status } of client.watch({ service: "shop" })) {
    told.push(status);
    if (told.length === 1) void rollcall.close();
  }
  assert.deepEqual(told, [Status.SERVING, Status.NOT_SERVING]);
  const asked = shop.requests();
  const dryRun = new Request("http://app.test/dry_run", { headers: { "cache-control": "no-cache" } });
  assert.equal((await rollcall.fetch(dryRun)).status, 503);
  await rollcall.refresh();
  assert.equal(shop.requests(), asked);
  await rollcall.close();
});

Deno.test("EmbeddedRollcall.close() gives back the connections that native gRPC keeps for the next refresh", async () => {
  await using shop = await startGrpcJsUpstream();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let isEnded = false;
  const relayed = (async () => {
    const client = await listener.accept();
    const server = await Deno.connect({ hostname: "127.0.0.1", port: shop.port });
    await Promise.allSettled([
      client.readable.pipeTo(server.writable).finally(() => isEnded = true),
      server.readable.pipeTo(client.writable),
    ]);
  })();
  const rollcall = createRollcall({
    upstreams: [{ name: "shop", url: `grpc://127.0.0.1:${listener.addr.port}` }],
    platform: denoPlatform(),
    ...HERE,
  });
  assert.equal((await rollcall.fetch(new Request("http://app.test/dry_run"))).status, 200);
  assert.equal(isEnded, false);
  await rollcall.close();
  await eventually(() => isEnded || undefined, () => "the connection is open yet");
  await relayed;
});

/** An upstream that answers when it is let. */
async function startSlow() {
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const upstream = await startUpstream({
    async handler() {
      asked.resolve();
      await released.promise;
      return "SERVING" as const;
    },
  });
  const upstreams = [{ name: "shop", url: upstream.url, protocol: "connect" }] as const;
  return Object.assign(upstream, { upstreams, asked: asked.promise, release: released.resolve });
}

Deno.test("createRollcall() gives what outlives the answer to the platform, where that takes it", async () => {
  await using slow = await startSlow();
  await using rollcall = createRollcall({ upstreams: slow.upstreams, ...HERE });
  const pending: Promise<unknown>[] = [];
  const context = { waitUntil: (work: Promise<unknown>) => void pending.push(work) };
  const answer = rollcall.fetch(new Request("http://app.test/dry_run"), {}, context);
  await slow.asked;
  assert.equal(pending.length, 1);
  slow.release();
  assert.equal((await answer).status, 200);
  await Promise.all(pending);
});

Deno.test("EmbeddedRollcall.close() waits for what is under way, where no platform takes it", async () => {
  await using slow = await startSlow();
  const rollcall = createRollcall({ upstreams: slow.upstreams, ...HERE });
  const events: string[] = [];
  const answer = rollcall.fetch(new Request("http://app.test/dry_run"));
  await slow.asked;
  const closed = rollcall.close().then(() => events.push("closed"));
  await rollcall.fetch(new Request("http://app.test/"));
  events.push("released");
  slow.release();
  await Promise.all([answer, closed]);
  assert.deepEqual(events, ["released", "closed"]);
});

Deno.test("createRollcall() refreshes with nobody asking where it is told to, and only there", async () => {
  await using shop = await startWebUpstream();
  const upstreams = [{ name: "shop", url: `http://${shop.host}`, protocol: "http" }] as const;
  const times = { ttlMs: 1, staleMs: 30_000 } as const;
  await using quiet = createRollcall({ upstreams, ...times, ...HERE });
  const busy = createRollcall({ upstreams, ...times, refreshEveryMs: 5, ...HERE });
  await eventually(() => shop.asked.length > 2 || undefined, () => `asked ${shop.asked.length} times`);
  await busy.close();
  const before = shop.asked.length;
  await quiet.refresh();
  assert.equal(shop.asked.length, before + 1);
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
