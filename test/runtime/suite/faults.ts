import assert from "node:assert/strict";
import { eventually, passed } from "../../support/eventually.ts";
import { startFaultServer } from "../../support/fault-server.ts";
import type { RunningRollcall, StartRollcall } from "../../support/rollcall.ts";
import { startUpstreamProcess } from "../../support/upstream-process.ts";
import { startUpstream } from "../../support/upstream.ts";

const STALE_MS = 400;

/** Upstreams that die or hang. */
export function faultsSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: the first question after SIGKILL of an upstream is 503, after its restart 200`, async () => {
    await using upstream = await startUpstreamProcess();
    await using rollcall = await start({
      upstreams: [{ name: "a", url: upstream.url }],
      vars: { TTL_MS: "200", STALE_MS: String(STALE_MS) },
    });
    assert.equal((await dryRun(rollcall)).status, 200);
    await upstream.kill();
    await passed(STALE_MS);
    assert.equal((await dryRun(rollcall)).status, 503);
    await upstream.restart();
    await passed(STALE_MS);
    assert.equal((await dryRun(rollcall)).status, 200);
  });

  Deno.test(`${platform}: a hung upstream among 50 costs neither the answer nor the other 49`, async () => {
    await using upstream = await startUpstream();
    await using hung = await startFaultServer({ end: "hang" });
    const good = Array.from({ length: 49 }, (_, index) => ({ name: `u${index}`, url: upstream.url }));
    await using rollcall = await start({
      upstreams: [...good.slice(0, 20), { name: "hung", url: hung.url }, ...good.slice(20)],
      vars: { PROBES_PER_INVOCATION: "60" },
    });
    const { status, body } = await dryRun(rollcall);
    assert.equal(status, 503);
    assert.deepEqual(body.exception.args.filter((line: string) => !/Deployment hung|deployment hung/.test(line)), []);
    const health = await eventually(async () => {
      const health = await (await fetch(`${rollcall.url}/health`)).json();
      return health.counts.notServing > 0 ? health : undefined;
    }, () => "the hung upstream was not found out");
    assert.deepEqual(health.culprits, ["hung/"]);
    assert.deepEqual([health.counts.serving, health.counts.notServing], [49, 1]);
    assert.equal((await (await fetch(`${rollcall.url}/health`)).json()).counts.late, 0);
  });
}

async function dryRun(rollcall: RunningRollcall) {
  const response = await fetch(`${rollcall.url}/dry_run`);
  return { status: response.status, body: await response.json() };
}
