import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { Readable } from "node:stream";
import { Miniflare } from "miniflare";
import { createClient } from "../../src/client.ts";
import { bundle } from "../support/bundle.ts";
import { eventually } from "../support/eventually.ts";

/** An app with a health of its own, one for all its requests: as users write it. */
const WORKER = `
  import { createHealth, fetchHealth } from "../../src/embed.ts";
  const asks = (path) => ({
    run: async (signal) => (await fetch("http://shop.test" + path, { signal })).ok,
    ttlMs: 100,
    timeoutMs: 1_000,
  });
  const health = createHealth({
    checks: { "acme.Shop": [asks("/shop")], "acme.Hung": [asks("/hung")] },
    overall: [],
    watchMaxMs: 55_000,
    onError: () => {},
  });
  const answer = fetchHealth(health);
  export default {
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname !== "/set") return await answer(request);
      health.set("acme.Told", searchParams.get("status"));
      return new Response();
    },
  };
`;

/** What the app's checks ask. */
function startShop() {
  const shop = { status: 200, hung: 0, release: () => {} };
  const released = new Promise<void>((resolve) => (shop.release = resolve));
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async ({ url }) => {
    if (new URL(url).pathname === "/shop") return new Response(null, { status: shop.status });
    shop.hung++;
    await released;
    return new Response();
  });
  return Object.assign(shop, {
    host: `127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  });
}

Deno.test({
  name: "createHealth() in a Worker: one health for all its requests",
  // workerd is a process of its own, which the sanitizers take for a leak.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using shop = startShop();
    const worker = new Miniflare({
      modules: true,
      script: await bundle(WORKER, import.meta.url),
      compatibilityDate: "2026-07-30",
      handleRuntimeStdio: (...streams: Readable[]) => streams.forEach((stream) => stream.resume()),
      outboundService: { external: { address: shop.host, http: {} } },
    });
    const url = (await worker.ready).origin;
    const client = createClient(url);

    await t.step("Check and GET answer", async () => {
      assert.equal(await client.check(), "SERVING");
      assert.equal(await client.check("acme.Shop"), "SERVING");
      const response = await fetch(`${url}/healthz?service=acme.Shop`);
      assert.deepEqual([response.status, await response.json()], [200, { status: "SERVING" }]);
    });

    await t.step("S4: a Watch hears what another request set", async () => {
      const told: string[] = [];
      const set = async (status: string) => void await (await fetch(`${url}/set?status=${status}`)).text();
      for await (const status of client.watch("acme.Told")) {
        told.push(status);
        if (status === "NOT_SERVING") break;
        await set(status === "SERVING" ? "NOT_SERVING" : "SERVING");
      }
      assert.deepEqual(told, ["SERVICE_UNKNOWN", "SERVING", "NOT_SERVING"]);
    });

    await t.step("a Watch polls, and hears that the check fails", async () => {
      for await (const status of client.watch("acme.Shop")) {
        if (status === "NOT_SERVING") break;
        shop.status = 503;
      }
    });

    await t.step("who waits for a run that died with the request that began it is answered all the same", async () => {
      // A request dies by a reset; of an end workerd takes no notice.
      const leaver = connect(Number(new URL(url).port), "127.0.0.1");
      await once(leaver, "connect");
      leaver.write("GET /healthz?service=acme.Hung HTTP/1.1\r\nhost: app.test\r\n\r\n");
      await eventually(() => shop.hung > 0 || undefined, () => "the check did not run");
      const stayed = [1, 2, 3].map(() => client.check("acme.Hung"));
      // Asked after those three, and answered: they wait now.
      assert.equal(await client.check(), "SERVING");
      leaver.resetAndDestroy();
      shop.release();
      // Not NOT_SERVING: a client that goes away says nothing about the shop.
      assert.deepEqual(await Promise.all(stayed), ["SERVING", "SERVING", "SERVING"]);
      assert.equal(shop.hung, 2);
    });

    await worker.dispose();
    shop.release();
  },
});
