import assert from "node:assert/strict";
import type { RunningRollcall, StartRollcall } from "../../support/rollcall.ts";

/** Registries that are empty or wrong: told, and never green. */
export function bootSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: with no upstream registered the fleet is UNKNOWN, 503`, async () => {
    await using rollcall = await start({});
    const { status, body } = await get(rollcall, "/dry_run");
    assert.equal(status, 503);
    assert.equal(body.description, "|Gateway: no upstreams registered");
    assert.equal((await get(rollcall, "/health")).body.servingStatus, "UNKNOWN");
    assert.deepEqual((await get(rollcall, "/")).body, {});
  });

  Deno.test(`${platform}: a registry that is wrong is UNKNOWN, 503, and the log tells all of it and no secret`, async () => {
    await using rollcall = await start({
      upstreams: [
        { name: "checkout", url: "ftp://checkout.example.com", headers: { authorization: "Bearer plain-secret" } },
        { name: "payments", url: "https://payments.example.com", timeoutMs: -1, colour: "red" },
        { name: "search", url: "https://search.example.com", headers: { "x-key": "secret:UPSTREAM_NOT_THERE" } },
      ],
      groups: { shop: ["checkout", "nobody"] },
      vars: { UPSTREAM_OTHER: "other-secret", READ_TOKEN: "a-read-token-of-a-test" },
    });
    const { status, body } = await get(rollcall, "/dry_run");
    assert.equal(status, 503);
    assert.equal(body.description, "|Gateway: registry invalid: see the boot log");
    const health = await get(rollcall, "/health");
    assert.equal(health.status, 503);
    assert.equal(health.body.servingStatus, "UNKNOWN");
    assert.deepEqual((await get(rollcall, "/")).body, {});
    const check = await fetch(`${rollcall.url}/grpc.health.v1.Health/Check`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"service":"checkout"}`,
    });
    // proto3 JSON leaves out UNKNOWN, the zero of its enum.
    assert.deepEqual(await check.json(), {});

    const problems = rollcall.entries("registry-error").map(({ problem }) => String(problem));
    for (const field of ["UPSTREAMS[0].url", "UPSTREAMS[1].timeoutMs", "UPSTREAMS[1].colour", "x-key", "nobody"]) {
      assert.ok(problems.some((problem) => problem.includes(field)), `${field} is not in ${problems.join("\n")}`);
    }
    assert.doesNotMatch(rollcall.log(), /plain-secret|other-secret|a-read-token/);
  });
}

async function get(rollcall: RunningRollcall, path: string) {
  const response = await fetch(rollcall.url + path);
  return { status: response.status, body: await response.json() };
}
