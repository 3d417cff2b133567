import assert from "node:assert/strict";
import { eventually, passed } from "../../support/eventually.ts";
import { createGate } from "../../support/gate.ts";
import type { RunningRollcall, StartRollcall } from "../../support/rollcall.ts";
import { startUpstream, type Upstream } from "../../support/upstream.ts";

/** What is kept across restarts, and what happens when nothing can be kept. */
export function storeSuite(platform: string, start: StartRollcall): void {
  for (
    const [age, vars] of Object.entries({
      fresh: { TTL_MS: "60000", STALE_MS: "120000" },
      stale: { TTL_MS: "1", STALE_MS: "120000" },
    })
  ) {
    Deno.test(`${platform}: after a restart a ${age} stored snapshot gives the first answer`, async () => {
      const gate = createGate();
      await using upstream = await startUpstream({ handler: gate.pass });
      await using rollcall = await start({ upstreams: [{ name: "a", url: upstream.url, protocol: "grpc-web" }], vars });
      assert.equal((await dryRun(rollcall)).status, 200);
      await stored(rollcall, upstream);
      // From now on the upstream itself answers nobody: whoever says SERVING has it from the store.
      gate.close();
      await rollcall.restart();
      const response = await fetch(`${rollcall.url}/health`);
      const { names } = await response.json();
      assert.equal(response.status, 200);
      assert.equal(names.find(({ name }: { name: string }) => name === "a/").target.freshness, age);
      gate.open("SERVING");
    });
  }

  Deno.test(`${platform}: after a restart an overdue stored snapshot gives no answer, a probe does`, async () => {
    await using upstream = await startUpstream();
    await using rollcall = await start({
      upstreams: [{ name: "a", url: upstream.url, protocol: "grpc-web" }],
      vars: { TTL_MS: "1", STALE_MS: "2" },
    });
    assert.equal((await dryRun(rollcall)).status, 200);
    await stored(rollcall, upstream);
    upstream.setStatus("", "NOT_SERVING");
    await passed(2);
    await rollcall.restart();
    const { status, body } = await dryRun(rollcall);
    assert.equal(status, 503);
    assert.equal(body.description, "|Gateway: Deployment a answered NOT_SERVING.");
  });

  Deno.test(`${platform}: a store that fails on every call costs neither truth nor time, and is told`, async () => {
    await using upstream = await startUpstream();
    await using rollcall = await start({
      upstreams: [{ name: "a", url: upstream.url, protocol: "grpc-web" }],
      vars: { TTL_MS: "100", STALE_MS: "200" },
    });
    assert.equal((await dryRun(rollcall)).status, 200);
    await rollcall.breakStore();
    upstream.setStatus("", "NOT_SERVING");
    await passed(200);
    assert.equal((await dryRun(rollcall)).status, 503);
    upstream.setStatus("", "SERVING");
    await passed(200);
    assert.equal((await dryRun(rollcall)).status, 200);
    const response = await fetch(`${rollcall.url}/health`);
    const health = await response.json();
    assert.equal(response.status, 200);
    assert.equal(health.status, "warn");
    assert.deepEqual(health.problems, ["store unreachable: answers come from live probes and are not kept"]);
  });
}

async function dryRun(rollcall: RunningRollcall) {
  const response = await fetch(`${rollcall.url}/dry_run`);
  return { status: response.status, body: await response.json() };
}

/** Resolves when every refresh so far has ended, its writing included: each probe the upstream got is in the log. */
async function stored(rollcall: RunningRollcall, upstream: Upstream): Promise<void> {
  const probes = () => rollcall.entries("refresh").reduce((sum, entry) => sum + Number(entry["probes"]), 0);
  await eventually(() => probes() === upstream.requests() || undefined, () => `a refresh goes on:\n${rollcall.log()}`);
}
