import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { refusedUrl, startFaultServer } from "../../support/fault-server.ts";
import { schemaFaults } from "../../support/health-schema.ts";
import type { StartRollcall } from "../../support/rollcall.ts";
import { startUpstream } from "../../support/upstream.ts";

/** What plain HTTP clients get. */
export function httpSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: a serving fleet over HTTP`, async (t) => {
    await using upstream = await startUpstream({ services: { "": "SERVING", "acme.Cart": "SERVING" } });
    await using rollcall = await start({
      upstreams: [
        { name: "checkout", url: upstream.url, services: ["", "acme.Cart"] },
        { name: "payments", url: upstream.url, protocol: "connect", codec: "json" },
      ],
    });
    const get = (path: string, init: RequestInit = {}) => fetch(rollcall.url + path, init);

    await t.step("J2: /dry_run is exactly what Jina's clients expect", async () => {
      const response = await get("/dry_run");
      assert.equal(await response.text(), `{"code":0,"description":"","exception":null}`);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-type"), "application/json");
    });

    await t.step("J1: / is {} without a call to an upstream", async () => {
      const asked = upstream.requests();
      const response = await get("/", { headers: { accept: "text/html" } });
      assert.equal(await response.text(), "{}");
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("link"), `</health>; rel="status"`);
      assert.equal(upstream.requests(), asked);
    });

    await t.step("/health is the report, by its published schema", async () => {
      const response = await get("/health");
      const body = await response.json();
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-type"), "application/health+json");
      assert.deepEqual(schemaFaults(body), []);
      assert.equal(body.status, "pass");
      assert.deepEqual(
        body.names.map(({ name }: { name: string }) => name),
        [
          "",
          "readiness",
          "liveness",
          "checkout",
          "payments",
          "acme.Cart",
          "checkout/",
          "checkout/acme.Cart",
          "payments/",
        ],
      );
    });

    await t.step("good news may be kept while fresh, and says its age", async () => {
      const { headers, body } = await get("/dry_run");
      await body?.cancel();
      assert.equal(headers.get("cache-control"), "public, max-age=15");
      assert.match(headers.get("age") ?? "", /^\d$/);
      assert.equal(headers.get("retry-after"), null);
    });

    for (const path of ["/dry_run", "/health", "/metrics"]) {
      await t.step(`${path} answers 304 to who has it`, async () => {
        const first = await get(path);
        await first.body?.cancel();
        const etag = first.headers.get("etag") ?? "";
        const again = await get(path, { headers: { "if-none-match": etag } });
        assert.equal(again.status, 304);
        assert.equal(await again.text(), "");
        assert.equal(again.headers.get("etag"), etag);
        const other = await get(path, { headers: { "if-none-match": `W/"another"` } });
        assert.equal(other.status, 200);
        await other.body?.cancel();
      });
    }

    for (const path of ["/", "/dry_run", "/health", "/metrics"]) {
      await t.step(`HEAD ${path} is GET without a body`, async () => {
        const head = await get(path, { method: "HEAD" });
        assert.equal(head.status, 200);
        assert.equal(await head.text(), "");
        const whole = await get(path);
        await whole.body?.cancel();
        assert.equal(head.headers.get("content-type"), whole.headers.get("content-type"));
      });
    }

    await t.step("an unknown path is 404, a method not taken 405 with Allow", async () => {
      const unknown = await get("/nowhere");
      assert.equal(unknown.status, 404);
      assert.match((await unknown.json()).error, /"\/nowhere"/);
      const wrong = await get("/dry_run", { method: "POST", body: "x" });
      assert.equal(wrong.status, 405);
      assert.equal(wrong.headers.get("allow"), "GET, HEAD, OPTIONS");
      await wrong.body?.cancel();
      const check = await get("/grpc.health.v1.Health/Watch");
      assert.equal(check.status, 405);
      assert.equal(check.headers.get("allow"), "POST, OPTIONS");
      await check.body?.cancel();
    });

    await t.step("browsers of any origin may ask, and read what gRPC-web needs", async () => {
      const preflight = await get("/grpc.health.v1.Health/Check", {
        method: "OPTIONS",
        headers: { origin: "https://a.example", "access-control-request-method": "POST" },
      });
      assert.equal(preflight.status, 204);
      assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
      const allowed = preflight.headers.get("access-control-allow-headers")?.toLowerCase() ?? "";
      for (const name of ["x-grpc-web", "grpc-timeout", "connect-protocol-version", "content-type", "authorization"]) {
        assert.ok(allowed.split(", ").includes(name), name);
      }
      const answer = await get("/dry_run", { headers: { origin: "https://a.example" } });
      await answer.body?.cancel();
      assert.equal(answer.headers.get("access-control-allow-origin"), "*");
      assert.match(answer.headers.get("access-control-expose-headers") ?? "", /Grpc-Status, Grpc-Message/);
    });
  });

  Deno.test(`${platform}: a failing fleet over HTTP`, async (t) => {
    await using upstream = await startUpstream({ services: { "": "SERVING", "acme.Cart": "NOT_SERVING" } });
    await using hung = await startFaultServer({ end: "hang" });
    await using rollcall = await start({
      upstreams: [
        { name: "good", url: upstream.url },
        { name: "cart", url: upstream.url, services: ["acme.Cart"] },
        { name: "gone", url: await refusedUrl() },
        { name: "hung", url: hung.url, timeoutMs: 300 },
      ],
    });
    const settled = await eventually(async () => {
      const response = await fetch(`${rollcall.url}/dry_run`);
      const body = await response.json();
      return body.exception?.args.join().includes("timed out") ? { response, body } : undefined;
    }, () => "the hung upstream was not found out");

    await t.step("J3: /dry_run is code 1 and 503, in Jina's words, in registry order", () => {
      const { response, body: { code, description, exception } } = settled;
      assert.equal(response.status, 503);
      assert.equal(code, 1);
      assert.deepEqual(exception.args.slice(0, 2), [
        "|Gateway: Deployment cart/acme.Cart answered NOT_SERVING.",
        "|Gateway: Communication error with deployment gone at address(es) {'gone'}. Head or worker(s) may be down.",
      ]);
      assert.equal(description, exception.args.join("\n"));
      assert.deepEqual({ ...exception, args: 3 }, { name: "InternalNetworkError", args: 3, stacks: [], executor: "" });
    });

    await t.step("J4: an upstream that exceeds its time is said to have timed out", () => {
      assert.match(settled.body.exception.args[2], /deployment hung .* could be established, but timed out\./);
    });

    await t.step("bad news is not kept, and says when to come back", () => {
      const { headers } = settled.response;
      assert.equal(headers.get("cache-control"), "no-cache");
      assert.match(headers.get("retry-after") ?? "", /^1?\d$/);
    });

    await t.step("a 503 never becomes a 304", async () => {
      const etag = settled.response.headers.get("etag") ?? "";
      const response = await fetch(`${rollcall.url}/dry_run`, { headers: { "if-none-match": etag } });
      await response.body?.cancel();
      assert.equal(response.status, 503);
    });

    await t.step("/health names the culprits", async () => {
      const response = await fetch(`${rollcall.url}/health`);
      const body = await response.json();
      assert.equal(response.status, 503);
      assert.equal(body.status, "fail");
      assert.deepEqual(body.culprits, ["cart/acme.Cart", "gone/", "hung/"]);
      const failure = (name: string) =>
        body.names.find((one: { name: string }) => one.name === name).target.failure as string;
      assert.deepEqual(["good/", "gone/", "hung/"].map(failure), [null, "unavailable", "timeout"]);
    });

    await t.step("/metrics is 200 all the same, and tells it", async () => {
      const response = await fetch(`${rollcall.url}/metrics`);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
      const metrics = await response.text();
      assert.match(metrics, /^rollcall_status\{name="gone",kind="upstream",status="NOT_SERVING"\} 1$/m);
      assert.match(metrics, /^rollcall_age_seconds\{name="gone\/",upstream="gone"\} \d+(?:\.\d+)?$/m);
    });

    await t.step("HEAD /dry_run is 503 too, and / is {} all the same", async () => {
      assert.equal((await fetch(`${rollcall.url}/dry_run`, { method: "HEAD" })).status, 503);
      assert.equal(await (await fetch(rollcall.url)).text(), "{}");
    });
  });
}
