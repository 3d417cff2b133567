import assert from "node:assert/strict";
import { leavingReport } from "../../src/core/leaving.ts";
import type { Load } from "../../src/core/report.ts";
import { healthClients, jinaClients } from "../support/clients.ts";
import { answered, reportOn } from "../support/reports.ts";
import { surfaces } from "../support/surfaces.ts";

const report = reportOn([{ name: "up", state: answered("SERVING") }]);
const invalid = reportOn([], { isRegistryInvalid: true });

/** Surfaces of a Rollcall that leaves when told to. */
function departing(of = report) {
  const leaving = new AbortController();
  const load: Load = () => Promise.resolve(leaving.signal.aborted ? leavingReport(of) : of);
  return { ask: surfaces(load, { leaving: leaving.signal }), leave: () => leaving.abort() };
}

Deno.test("from the signal on every name is NOT_SERVING in every protocol, liveness too; unknown names stay unknown", async () => {
  const { ask, leave } = departing();
  for (const [protocol, client] of healthClients(ask)) {
    assert.equal((await client.check({ service: "liveness" })).status, 1, protocol);
  }
  leave();
  for (const [protocol, client] of healthClients(ask)) {
    for (const service of ["", "up", "readiness", "liveness"]) {
      assert.equal((await client.check({ service })).status, 2, `${protocol} ${service}`);
    }
    const { statuses } = await client.list({});
    assert.deepEqual(Object.values(statuses).map(({ status }) => status), [2, 2]);
    await assert.rejects(client.check({ service: "nobody" }), /not_found/);
  }
});

Deno.test("from the signal on dry_run fails and says why, over HTTP and RPC", async () => {
  const { ask, leave } = departing();
  leave();
  const answer = await ask("/dry_run");
  assert.equal(answer.status, 503);
  assert.equal((await answer.json()).description, "|Gateway: Rollcall is shutting down");
  for (const [protocol, client] of jinaClients(ask)) {
    if (protocol === "Connect GET") continue;
    assert.deepEqual([(await client.dry_run({})).code, protocol], [1, protocol]);
  }
  const health = await ask("/health");
  assert.equal(health.status, 503);
  assert.deepEqual((await health.json()).problems, ["shutting down"]);
});

Deno.test("from the signal on a registry that did not parse is NOT_SERVING too", async () => {
  const { ask, leave } = departing(invalid);
  leave();
  for (const [, client] of healthClients(ask)) assert.equal((await client.check({ service: "up" })).status, 2);
});

Deno.test("an open Watch says NOT_SERVING as soon as the signal comes, and stays open until the ports close", async () => {
  for (const service of ["up", "liveness"]) {
    const leaving = new AbortController();
    const shutdown = new AbortController();
    const load: Load = () => Promise.resolve(leaving.signal.aborted ? leavingReport(report) : report);
    const ask = surfaces(load, { leaving: leaving.signal, shutdown: shutdown.signal });
    const [, client] = healthClients(ask)[0] ?? [];
    assert.ok(client);
    const seen: number[] = [];
    for await (const { status } of client.watch({ service })) {
      seen.push(status);
      (leaving.signal.aborted ? shutdown : leaving).abort();
    }
    assert.deepEqual(seen, [1, 2]);
  }
});
