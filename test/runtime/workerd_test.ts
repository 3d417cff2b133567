import assert from "node:assert/strict";
import { Code, ConnectError } from "@connectrpc/connect";
import { UNKEPT } from "../../src/fleet/source.ts";
import { ADMIN_TOKEN, adminClients } from "../support/admin-clients.ts";
import { eventually } from "../support/eventually.ts";
import { startOnWorkerd } from "../support/rollcall-workerd.ts";
import { startUpstream } from "../support/upstream.ts";
import { runtimeSuite } from "./suite.ts";

runtimeSuite("workerd", startOnWorkerd);

Deno.test("workerd: the cron trigger refreshes the snapshot and stores it", async () => {
  await using upstream = await startUpstream();
  await using rollcall = await startOnWorkerd({ upstreams: [{ name: "a", url: upstream.url, protocol: "grpc-web" }] });
  await rollcall.scheduled();
  assert.equal(upstream.requests(), 1);
  const text = await eventually(async () => await rollcall.storedText() ?? undefined, () => "nothing was stored");
  assert.match(text, /"a\/":\{.*"place":"unknown"/);
});

Deno.test("workerd: without a Durable Object bound nothing can be written, who may write is told the lines to add, and verdicts go on", async () => {
  await using upstream = await startUpstream();
  const upstreams = [{ name: "a", url: upstream.url, protocol: "grpc-web" }];
  await using rollcall = await startOnWorkerd({ upstreams, vars: { ADMIN_TOKEN } }, { authority: "unbound" });
  const { registry, maintenance } = adminClients(rollcall.url);
  for (const call of [() => registry.getRegistry({}), () => maintenance.listMaintenance({})]) {
    const { code, rawMessage } = ConnectError.from(
      await call().then(() => new Error("it was answered"), (error) => error),
    );
    assert.equal(code, Code.FailedPrecondition);
    for (const line of bindingLines()) assert.ok(rawMessage.includes(`\n${line}`), rawMessage);
  }
  const health = await fetch(`${rollcall.url}/health`);
  const { servingStatus, status, problems } = await health.json();
  assert.deepEqual([health.status, servingStatus, status, problems], [200, "SERVING", "warn", [UNKEPT]]);
  assert.deepEqual(rollcall.entries("fleet-unread").map(({ problem }) => problem), [UNKEPT]);
});

/** As `wrangler.toml` has them, as comments. */
function bindingLines(): readonly string[] {
  const text = Deno.readTextFileSync(new URL("../../wrangler.toml", import.meta.url));
  const [, lines = ""] = /\n(# \[\[durable_objects\.bindings\]\][^]*?)\n\n/.exec(text) ?? [];
  const wanted = lines.split("\n").map((line) => line.replace(/^# ?/, "")).filter((line) => line !== "");
  assert.equal(wanted.length, 6, lines);
  return wanted;
}
