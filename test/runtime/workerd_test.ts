import assert from "node:assert/strict";
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
