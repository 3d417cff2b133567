import assert from "node:assert/strict";
import type { Upstream } from "../../src/core/registry.ts";
import { startFaultServer } from "../support/fault-server.ts";
import { startHonoUpstream } from "../support/hono-upstream.ts";
import { createTestProber } from "../support/prober.ts";
import { brief } from "./answers.ts";
import { checkOf, DEFAULT_CHECK, HTTP_CASES } from "./http-cases.ts";
import { patient, targetOf } from "./target.ts";

Deno.test("probe() judges HTTP upstreams", async (t) => {
  await using upstream = startHonoUpstream(HTTP_CASES);
  for (const [index, each] of HTTP_CASES.entries()) {
    await t.step(`${each.name}: ${each.expect}`, async () => {
      const http = checkOf(each);
      const outcome = await probe({ url: `${upstream.url}/${index}`, ...(http && { http }) });
      assert.equal(brief(outcome), each.expect, JSON.stringify(outcome));
      if (each.message !== undefined) assert.equal(outcome.message, each.message);
    });
  }
});

Deno.test("probe() asks an HTTP upstream for exactly its URL, by its method, and follows no redirect", async () => {
  await using upstream = startHonoUpstream([{ status: 302, headers: { location: "/1" } }]);
  await probe({ url: upstream.url, http: DEFAULT_CHECK });
  await probe({ url: `${upstream.url}/0`, http: { ...DEFAULT_CHECK, method: "HEAD" } });
  assert.deepEqual(upstream.asked, ["GET /", "HEAD /0"]);
});

Deno.test("probe() tells an HTTP upstream who asks, and sends the headers it was given", async () => {
  await using upstream = startHonoUpstream([]);
  await probe({ url: upstream.url, http: DEFAULT_CHECK, headers: { authorization: "Bearer t" } });
  const sent = upstream.lastHeaders();
  assert.equal(sent.get("accept"), "application/health+json, application/json;q=0.9, */*;q=0.8");
  assert.equal(sent.get("user-agent"), "rollcall-probe");
  assert.equal(sent.get("authorization"), "Bearer t");
});

Deno.test("probe() shows no part of a header value that the server echoes as JSON", async () => {
  const token = `se"cret-${"x".repeat(100)}`;
  await using upstream = startHonoUpstream([{
    body: JSON.stringify({ headers: { authorization: `Bearer ${token}` } }),
  }]);
  const http = { ...DEFAULT_CHECK, json: { pointer: "/headers/authorization", equals: "" } };
  const outcome = await probe({ url: `${upstream.url}/0`, http, headers: { authorization: `Bearer ${token}` } });
  assert.equal(outcome.message, '/headers/authorization is "***"');
});

Deno.test("probe() needs no body of an HTTP upstream whose status says enough", async () => {
  await using server = await startFaultServer({ send: "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n", end: "hang" });
  assert.equal(brief(await probe({ url: server.url, http: DEFAULT_CHECK })), "SERVING");
  await server.idle();
});

async function probe(upstream: Partial<Upstream>) {
  return await createTestProber().probe(targetOf({ protocol: "http", ...upstream }), patient());
}
