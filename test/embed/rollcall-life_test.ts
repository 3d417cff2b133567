import assert from "node:assert/strict";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { createRollcall } from "../../src/embed.ts";
import { denoPlatform } from "../../src/embed/deno.ts";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { eventually } from "../support/eventually.ts";
import { startGrpcJsUpstream } from "../support/grpc-js-upstream.ts";
import { startUpstream } from "../support/upstream.ts";
import { startWebUpstream } from "../support/web-upstream.ts";

const HERE = { allowPrivateUpstreams: true } as const;

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
