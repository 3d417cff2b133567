import assert from "node:assert/strict";
import { fleet, numbered, proberOf, REFUSED, scriptedProber } from "../support/fleet.ts";
import { createLoop } from "../support/loop.ts";
import { verdict } from "../support/verdict.ts";

Deno.test("load() stores a failure as suspect when the budget allows no confirm, and believes it the second time", async () => {
  const names = numbered(45);
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(names), prober });
  await loop.load();
  for (const name of names) prober.script.set(`${name}/`, REFUSED);
  await loop.clock.advance(30_000);
  const first = await loop.load();
  assert.equal(first.targets.filter((target) => target.state?.isSuspect).length, 45);
  assert.equal(prober.asked.length, 90);
  await loop.clock.advance(1_500);
  // A fifth of the budget is kept to confirm suspects by, so the last nine have their turn in the refresh after.
  assert.equal(verdict(await loop.load()).culprits.length, 36);
  await loop.rest();
  assert.equal(verdict(await loop.load()).culprits.length, 45);
});

Deno.test("load() goes round a fleet larger than one invocation's probes, oldest first", async () => {
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(numbered(50)), prober });
  const first = await loop.load();
  assert.equal(prober.asked.length, 45);
  assert.equal(first.targets.filter((target) => target.status === "UNKNOWN").length, 5);
  assert.equal(first.probesLeft, 0);
  const second = await loop.load();
  assert.deepEqual(prober.asked.slice(45).sort(), ["u45/", "u46/", "u47/", "u48/", "u49/"]);
  assert.equal(verdict(second).status, "SERVING");
});

Deno.test("load() never spends more probes than an invocation has", async () => {
  const prober = scriptedProber({ "u1/": "hang", "u3/": REFUSED, "u5/": REFUSED });
  const loop = createLoop({
    registry: fleet(numbered(8)),
    prober,
    knobs: { probesPerInvocation: 20, staleMs: 16_000 },
  });
  const load = loop.begin();
  for (let tick = 0; tick < 4; tick++) {
    const report = await loop.clock.until(load({ accept: "fresh" }));
    assert.ok(report.probesLeft >= 0, `${report.probesLeft} left`);
    await loop.clock.advance(15_500);
  }
  await loop.rest();
  assert.ok(prober.asked.length <= 20, `${prober.asked.length} probes`);
});

Deno.test("load() shows no red for lost packets in a fleet that fills the budget", async () => {
  const prober = scriptedProber();
  let seed = 7;
  const isLost = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648 < 0.01;
  const loop = createLoop({
    registry: fleet(numbered(45)),
    prober: proberOf((target, options) => isLost() ? Promise.resolve(REFUSED) : prober.probe(target, options)),
  });
  let suspects = 0;
  for (let poll = 0; poll < 600; poll++) {
    const report = await loop.load();
    suspects += report.targets.filter((target) => target.state?.isSuspect).length;
    // Cold, the first answer may not know all yet; that is no red.
    assert.notEqual(verdict(report).status, "NOT_SERVING", `poll ${poll}`);
    await loop.rest();
    await loop.clock.advance(30_000);
  }
  assert.ok(suspects > 100, "nothing was lost");
});

Deno.test("load() confirms failures although another upstream cannot be asked at all", async () => {
  for (const [isLast, expect] of [[undefined, "SERVING"], [true, "NOT_SERVING"]] as const) {
    const isSlip = { isNext: false };
    const scripted = scriptedProber();
    const prober = proberOf((target, options) => {
      if (target.upstream.name === "bare") {
        return Promise.resolve({ kind: "not-attempted", message: "no keys found", ...(isLast && { isLast }) });
      }
      const isLost = isSlip.isNext;
      isSlip.isNext = false;
      return isLost ? Promise.resolve(REFUSED) : scripted.probe(target, options);
    });
    const loop = createLoop({ registry: fleet(["bare", "lossy"]), prober });
    let report = await loop.load();
    // One packet lost in each of two refreshes in a row.
    for (let refresh = 0; refresh < 2; refresh++) {
      await loop.rest();
      await loop.clock.advance(30_000);
      isSlip.isNext = true;
      report = await loop.load();
    }
    assert.equal(report.names.get("lossy")?.status, expect);
  }
});
