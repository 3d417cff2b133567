import assert from "node:assert/strict";
import type { Knobs } from "../src/core/knobs.ts";
import { createOwnProber } from "./support/prober.ts";
import { fleet, numbered } from "./support/fleet.ts";
import { createEdgeFetch } from "./support/edge-fetch.ts";
import { createLoop } from "./support/loop.ts";
import { createTestClock } from "./support/test-clock.ts";

/** The real loop and the real prober over a `fetch` with the limits of the edge. */
function edge(names: readonly string[], hungNames: readonly string[], knobs: Partial<Knobs> = {}) {
  const clock = createTestClock();
  const hung = new Set(hungNames.map((name) => `${name}.example.com`));
  const network = createEdgeFetch({ clock, hung, subrequests: knobs.probesPerInvocation === undefined ? 50 : 1_000 });
  const prober = createOwnProber({ fetch: network.fetch, nowMs: clock.nowMs });
  return { hung, network, ...createLoop({ registry: fleet(names), prober, clock, knobs }) };
}

Deno.test("a healthy upstream queued behind five hung ones is not called dead", async () => {
  const loop = edge(["h0", "h1", "h2", "h3", "h4", "healthy"], ["h0", "h1", "h2", "h3", "h4"]);
  const report = await loop.load();
  assert.equal(report.names.get("healthy")?.status, "SERVING");
  assert.ok(loop.network.peak() <= 5, "one of six slots is left for the store");
  await loop.rest();
});

for (const [hungCount, orderly] of [[10, true], [25, true], [10, false], [25, false]] as const) {
  const when = orderly ? "a warm fleet's" : "a cold fleet's";
  Deno.test(`with ${hungCount} of 50 hung, ${when} healthy ones are right in the first answer or shortly after`, async () => {
    const names = numbered(50);
    const hungNames = names.filter((_, index) => index % (50 / hungCount) === 0);
    const loop = edge(names, orderly ? [] : hungNames, { probesPerInvocation: 500 });
    if (orderly) {
      await loop.load();
      await loop.rest();
      for (const name of hungNames) loop.hung.add(`${name}.example.com`);
      await loop.clock.advance(30_000);
    }
    const askedMs = loop.clock.nowMs();
    const first = await loop.load();
    assert.ok(loop.clock.nowMs() - askedMs <= 2_500, "answered by the deadline");
    for (const name of names.filter((name) => !hungNames.includes(name))) {
      assert.notEqual(first.names.get(name)?.status, "NOT_SERVING", `${name} called dead`);
    }
    await loop.rest();
    assert.ok(loop.clock.nowMs() - askedMs <= 25_000, "the refresh ended in time");
    const after = loop.begin();
    const report = await loop.clock.until(after({ deadlineMs: 1 }));
    for (const { target, status, state } of report.targets) {
      const isHung = hungNames.includes(target.upstream.name);
      // Three confirms of 25 hung targets do not fit one refresh: the rest are suspects, for the next one to believe.
      if (isHung) assert.ok(status === "NOT_SERVING" || state?.isSuspect === true, target.key);
      else assert.equal(status, "SERVING", target.key);
    }
    await loop.rest();
  });
}

Deno.test("the fifty-first subrequest is not attempted, and that is nobody's failure", async () => {
  const clock = createTestClock();
  const network = createEdgeFetch({ clock, hung: new Set() });
  const loop = createLoop({
    registry: fleet(numbered(55)),
    prober: createOwnProber({ fetch: network.fetch, nowMs: clock.nowMs }),
    clock,
    knobs: { probesPerInvocation: 1_000 },
  });
  const report = await loop.load();
  await loop.rest();
  assert.equal(network.sent.length, 50);
  assert.equal(report.targets.filter(({ status }) => status === "SERVING").length, 50);
  assert.deepEqual(
    report.targets.filter(({ state }) => state === undefined).map(({ status }) => status),
    Array(5).fill("UNKNOWN"),
  );
  assert.ok(loop.logs[0]?.event === "refresh" && loop.logs[0].notAttempted === 5);
});

Deno.test("known hung upstreams hold two slots at most, so that ten of them cost forty healthy ones nothing", async () => {
  const names = numbered(50);
  const loop = edge(names, names.slice(0, 10), { probesPerInvocation: 500 });
  await loop.load();
  await loop.rest();
  await loop.clock.advance(30_000);
  const askedMs = loop.clock.nowMs();
  const load = loop.start({ deadlineMs: 300 });
  await loop.clock.advance(300);
  const report = await load;
  const fresh = report.targets.filter(({ state }) => (state?.checkedAtMs ?? 0) >= askedMs);
  assert.equal(fresh.length, 40);
  await loop.rest();
});
