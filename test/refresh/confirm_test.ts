import assert from "node:assert/strict";
import { fleet, proberOf, REFUSED, scriptedProber, SERVING } from "../support/fleet.ts";
import { createLoop } from "../support/loop.ts";
import { verdict } from "../support/verdict.ts";

Deno.test("load() confirms a refusal inside the answer when the state is overdue", async () => {
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(["a"]), prober });
  await loop.load();
  prober.script.set("a/", REFUSED);
  await loop.clock.advance(30_000);
  const askedMs = loop.clock.nowMs();
  assert.equal(verdict(await loop.load()).status, "NOT_SERVING");
  assert.ok(loop.clock.nowMs() - askedMs < 2_500);
  assert.equal(prober.asked.length, 1 + 4);
  prober.script.set("a/", SERVING);
  await loop.clock.advance(30_000);
  assert.equal(verdict(await loop.load()).status, "SERVING");
});

Deno.test("load() confirms a hang by siblings inside the answer", async () => {
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(["a"]), prober });
  await loop.load();
  prober.script.set("a/", "hang");
  await loop.clock.advance(30_000);
  const askedMs = loop.clock.nowMs();
  const report = await loop.load();
  assert.ok(loop.clock.nowMs() - askedMs < 2_500);
  assert.equal(verdict(report).culprits[0]?.state?.observation.kind, "failed");
  assert.equal(verdict(report).status, "NOT_SERVING");
});

Deno.test("load() confirms a hang of a target that answers slowly inside the answer", async () => {
  const slow = { ...SERVING, latencyMs: 700 };
  const prober = scriptedProber({ "a/": slow });
  const loop = createLoop({ registry: fleet(["a"]), prober });
  await loop.load();
  prober.script.set("a/", "hang");
  await loop.clock.advance(30_000);
  const askedMs = loop.clock.nowMs();
  assert.equal(verdict(await loop.load()).status, "NOT_SERVING");
  assert.ok(loop.clock.nowMs() - askedMs < 2_300);
});

Deno.test("load() confirms a refusal inside the answer when one of the probes is lost", async () => {
  for (const lost of [0, 1, 2, 3]) {
    const prober = scriptedProber();
    const loop = createLoop({
      registry: fleet(["a"]),
      prober: proberOf((target, options) => {
        prober.script.set("a/", !isDown ? SERVING : options.attempt === lost ? "hang" : REFUSED);
        return prober.probe(target, options);
      }),
    });
    let isDown = false;
    await loop.load();
    isDown = true;
    await loop.clock.advance(30_000);
    const askedMs = loop.clock.nowMs();
    assert.equal(verdict(await loop.load()).status, "NOT_SERVING", `probe ${lost} lost`);
    assert.ok(loop.clock.nowMs() - askedMs < 2_450, `probe ${lost} lost`);
  }
});

Deno.test("load() believes four probes lost in silence to be just that when the fifth is answered", async () => {
  const prober = scriptedProber();
  const loop = createLoop({
    registry: fleet(["a"]),
    prober: proberOf((target, options) => {
      prober.script.set("a/", isLossy && options.attempt < 4 ? "hang" : SERVING);
      return prober.probe(target, options);
    }),
  });
  let isLossy = false;
  await loop.load();
  isLossy = true;
  await loop.clock.advance(30_000);
  const report = await loop.load();
  assert.equal(verdict(report).status, "SERVING");
  assert.equal(verdict(report, "a/").target?.state?.isSuspect, false);
});

for (const down of [REFUSED, "hang"] as const) {
  const was = down === "hang" ? "hung" : "refused";
  Deno.test(`load() sees that a target that ${was} is back when the first two probes of it are lost`, async () => {
    const prober = scriptedProber({ "a/": down });
    const loop = createLoop({
      registry: fleet(["a"]),
      prober: proberOf((target, options) => {
        if (isBack) prober.script.set("a/", options.attempt < 2 ? "hang" : SERVING);
        return prober.probe(target, options);
      }),
    });
    let isBack = false;
    assert.equal(verdict(await loop.load()).status, "NOT_SERVING");
    isBack = true;
    await loop.clock.advance(30_000);
    assert.equal(verdict(await loop.load()).status, "SERVING");
  });
}

Deno.test("load() asks a target that hangs still three times, in the time of one probe", async () => {
  const prober = scriptedProber({ "a/": "hang" });
  const loop = createLoop({ registry: fleet(["a"]), prober });
  await loop.load();
  await loop.clock.advance(30_000);
  prober.asked.length = 0;
  const askedMs = loop.clock.nowMs();
  assert.equal(verdict(await loop.load()).status, "NOT_SERVING");
  assert.equal(loop.clock.nowMs() - askedMs, 1_500);
  assert.deepEqual(prober.asked, ["a/", "a/", "a/"]);
});

Deno.test("load() believes three silent probes when others hold all slots until the answer is due", async () => {
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(["a", "b"]), prober, knobs: { concurrency: 5 } });
  await loop.load();
  for (const key of ["a/", "b/"]) prober.script.set(key, "hang");
  await loop.clock.advance(30_000);
  const report = await loop.load();
  for (const name of ["a", "b"]) assert.equal(verdict(report, name).status, "NOT_SERVING", name);
});

Deno.test("load() asks a target that is down once only", async () => {
  const prober = scriptedProber({ "a/": REFUSED });
  const loop = createLoop({ registry: fleet(["a"]), prober });
  await loop.load();
  await loop.clock.advance(30_000);
  prober.asked.length = 0;
  await loop.load();
  assert.deepEqual(prober.asked, ["a/"]);
});

Deno.test("load() believes one lost probe of a serving target to be just that", async () => {
  let dropped = 0;
  const prober = scriptedProber();
  const loop = createLoop({
    registry: fleet(["a"]),
    prober: proberOf((target, options) => dropped-- > 0 ? Promise.resolve(REFUSED) : prober.probe(target, options)),
  });
  await loop.load();
  for (const lost of [1, 2, 3]) {
    dropped = lost;
    await loop.clock.advance(30_000);
    assert.equal(verdict(await loop.load()).status, "SERVING", `${lost} lost`);
  }
});

Deno.test("load() leaves an overload to the next refresh to confirm", async () => {
  const overloaded = { kind: "failed", failure: "overloaded", latencyMs: 1 } as const;
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(["a"]), prober });
  await loop.load();
  prober.script.set("a/", overloaded);
  await loop.clock.advance(30_000);
  const suspect = verdict(await loop.load(), "a/");
  assert.equal(suspect.status, "SERVING");
  assert.equal(suspect.target?.state?.isSuspect, true);
  assert.equal(prober.asked.length, 2);
  await loop.clock.advance(1_500);
  assert.equal(verdict(await loop.load()).status, "NOT_SERVING");
  assert.equal(prober.asked.length, 3);
});

Deno.test("load() finds a target down that is asked more rarely than states expire", async () => {
  const loop = createLoop({ registry: fleet(["a"]), prober: scriptedProber({ "a/": REFUSED }) });
  for (let round = 0; round < 3; round++) {
    assert.equal(verdict(await loop.load()).status, "NOT_SERVING", `round ${round}`);
    await loop.clock.advance(660_000);
  }
});
