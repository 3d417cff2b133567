import assert from "node:assert/strict";
import type { StartRollcall } from "../../support/rollcall.ts";
import { startUpstream } from "../../support/upstream.ts";
import { refusedUrl } from "../../support/fault-server.ts";

const READ_TOKEN = "a-read-token-of-a-test";
const TRUSTED = { authorization: `Bearer ${READ_TOKEN}` };

/** What the read token unlocks, and what strangers do not see. */
export function tokenSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: READ_TOKEN unlocks detail`, async (t) => {
    const gone = await refusedUrl();
    await using rollcall = await start({
      upstreams: [{ name: "gone", url: gone, headers: { "x-key": "secret:UPSTREAM_GONE_KEY" } }],
      vars: { READ_TOKEN, UPSTREAM_GONE_KEY: "a-secret-of-a-test" },
    });
    const host = new URL(gone).host;
    const get = (path: string, headers: HeadersInit) => fetch(rollcall.url + path, { headers });

    for (const path of ["/dry_run", "/health"]) {
      await t.step(`${path} shows a stranger no address, and its holder the address`, async () => {
        const anonymous = await get(path, {});
        assert.doesNotMatch(await anonymous.text(), new RegExp(`127\\.0\\.0\\.1|${host}`));
        assert.equal(anonymous.status, 503);
        const trusted = await get(path, TRUSTED);
        assert.ok((await trusted.text()).includes(host));
        assert.match(trusted.headers.get("cache-control") ?? "", /^private/);
        assert.equal(trusted.headers.get("vary"), "Authorization");
      });
    }

    await t.step("the trace of attempts is the holder's alone", async () => {
      const { exception: { stacks } } = await (await get("/dry_run", TRUSTED)).json();
      assert.equal(stacks.length, 4);
      assert.match(stacks[0], /^gone attempt 1: unavailable after \d+ ms: /);
    });

    await t.step("a wrong token is 401, over RPC unauthenticated", async () => {
      const refused = await get("/health", { authorization: "Bearer a-read-token-of-a-tesT" });
      assert.equal(refused.status, 401);
      assert.equal(refused.headers.get("www-authenticate"), `Bearer realm="rollcall", error="invalid_token"`);
      assert.doesNotMatch(await refused.text(), /a-read-token/);
      const rpc = await fetch(`${rollcall.url}/grpc.health.v1.Health/Check`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: "Bearer no" },
        body: "{}",
      });
      assert.equal(rpc.status, 401);
      assert.equal((await rpc.json()).code, "unauthenticated");
    });

    await t.step("neither token nor header value is ever printed", () => {
      assert.doesNotMatch(rollcall.log(), /a-read-token|a-secret-of/);
    });
  });

  Deno.test(`${platform}: a forced refresh is limited for strangers, not for the token's holder`, async () => {
    await using upstream = await startUpstream();
    await using rollcall = await start({
      upstreams: [{ name: "a", url: upstream.url, protocol: "grpc-web" }],
      vars: { READ_TOKEN },
    });
    const status = async (headers: Record<string, string>) => {
      const response = await fetch(`${rollcall.url}/dry_run`, { headers: { "cache-control": "no-cache", ...headers } });
      await response.body?.cancel();
      return response.status;
    };
    assert.equal(await status({}), 200);
    const asked = upstream.requests();
    upstream.setStatus("", "NOT_SERVING");
    assert.deepEqual([await status({}), await status({})], [200, 200]);
    assert.equal(upstream.requests(), asked);
    assert.equal(await status(TRUSTED), 503);
    assert.equal(await status(TRUSTED), 503);
    assert.equal(upstream.requests(), asked + 2);
  });
}
