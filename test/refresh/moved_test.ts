import assert from "node:assert/strict";
import type { Upstream } from "../../src/core/registry.ts";
import type { Report } from "../../src/core/report.ts";
import type { FleetSource } from "../../src/ports.ts";
import { fixedFleet } from "../../src/refresh/fixed-fleet.ts";
import { fleet, proberOf, scriptedProber, SERVING, upstream } from "../support/fleet.ts";
import { createLoop } from "../support/loop.ts";
import { createTestClock } from "../support/test-clock.ts";

Deno.test("an upstream that moved is asked at its new address at once, though its old one is still being asked", () =>
  moved([]));

Deno.test("an upstream that was removed meanwhile is too", () => moved([[]]));

/** Let an upstream move while it is asked, by way of other fleets. */
async function moved(between: readonly (readonly Upstream[])[]): Promise<void> {
  const old = upstream("a", { url: "https://old.example.com" });
  let current = fixedFleet({ upstreams: [old], groups: [] });
  const fleets: FleetSource = { current: () => current.current(), age: () => "fresh", renew: () => Promise.resolve() };
  const asked: string[] = [];
  const prober = proberOf(({ upstream: { url } }) => {
    asked.push(url);
    return url === old.url ? Promise.withResolvers<never>().promise : Promise.resolve(SERVING);
  });
  const loop = createLoop({ registry: fleet([]), fleets, prober });
  const waiting = loop.start();
  await loop.clock.advance(100);
  const startedMs = loop.clock.nowMs();
  let report: Report | undefined;
  for (const upstreams of [...between, [upstream("a", { url: "https://new.example.com" })]]) {
    current = fixedFleet({ upstreams, groups: [] });
    report = await loop.load();
  }
  assert.equal(report?.names.get("a")?.status, "SERVING");
  assert.equal(loop.clock.nowMs(), startedMs);
  assert.equal((await loop.clock.until(waiting)).names.get("a")?.status, "SERVING");
  await loop.rest();
  assert.equal(asked.filter((url) => url !== old.url).length, 1);
}

Deno.test("an upstream that is registered while a reader waits for another is asked too, before the reader is answered", async () => {
  let current = fixedFleet(fleet(["a"]));
  const fleets: FleetSource = { current: () => current.current(), age: () => "fresh", renew: () => Promise.resolve() };
  const clock = createTestClock();
  const prober = proberOf(() => clock.sleep(100).then(() => SERVING));
  const loop = createLoop({ registry: fleet([]), fleets, prober, clock });
  const waiting = loop.start();
  await clock.advance(50);
  current = fixedFleet(fleet(["a", "b"]));
  const report = await clock.until(waiting);
  assert.deepEqual(["a", "b", ""].map((name) => report.names.get(name)?.status), ["SERVING", "SERVING", "SERVING"]);
  await loop.rest();
});

Deno.test("who cannot wait has what is due asked all the same, for the next reader", async () => {
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(["a"]), prober });
  await loop.start({ deadlineMs: 1 });
  await loop.rest();
  assert.deepEqual(prober.asked, ["a/"]);
});
