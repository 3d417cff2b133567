import assert from "node:assert/strict";
import { type Case, type Judged, runCase } from "../../bench/truth/cases.ts";
import { DENO, type Deployment, WORKERS } from "../../bench/truth/deployment.ts";
import { WORLDS } from "../../bench/truth/worlds.ts";

/** Four hours of twenty upstreams, and one seed: enough for each kind of incident. */
const SIZE = { upstreams: 20, dayMs: 14_400_000, seed: 7 };

const GUARDED: Deployment = { ...WORKERS, hasCanary: true };

for (const deployment of [DENO, WORKERS, GUARDED]) {
  const { platform, hasCanary } = deployment;
  for (const name of ["incidents", "flapping", "slow death"]) {
    Deno.test(`runCase() finds nothing false in "${name}" on ${platform}${hasCanary ? " with a canary" : ""}`, async () => {
      const { score } = await judged(name, deployment);
      assert.deepEqual([score.falseReds, score.falseGreens], [0, 0]);
      // What was told in the end is what was to be told: the world did go down and come back.
      assert.ok(score.toRedMs.length > 0 && score.toGreenMs.length > 0);
      assert.ok(score.wrongGreenMinutes + score.wrongRedMinutes > 0, "every reader is late by something");
    });
  }
}

Deno.test("runCase() finds the simple rules false where they must be", async () => {
  const [oneFailure, threeInARow, envoy] = await runCase(caseOf("incidents"), SIZE);
  assert.ok(oneFailure !== undefined && threeInARow !== undefined && envoy !== undefined);
  // One lost probe in a hundred, seen by a reader every minute.
  const looks = SIZE.upstreams * SIZE.dayMs / 60_000;
  assert.ok(oneFailure.score.falseReds > looks * 0.005 && oneFailure.score.falseReds < looks * 0.02);
  assert.equal(oneFailure.score.falseGreens, 0);
  assert.ok(threeInARow.score.falseGreens > 0);
  assert.ok(envoy.score.falseGreens <= threeInARow.score.falseGreens);
});

Deno.test("runCase() finds a place that loses its network out, and the canary keeps its view from passing for the fleet's", async () => {
  const plain = (await judged("observer blackout", { ...DENO, fleetSize: 20 })).score;
  const guarded = (await judged("observer blackout", { ...DENO, fleetSize: 20, hasCanary: true })).score;
  assert.ok(plain.falseRedMinutes > 0);
  assert.equal(plain.unknownMinutes, 0);
  assert.equal(guarded.falseRedMinutes, guarded.unknownMinutes);
});

Deno.test("runCase() comes to the same scores every time", async () => {
  assert.deepEqual(await judged("incidents", WORKERS), await judged("incidents", WORKERS));
});

function caseOf(name: string, deployment?: Deployment): Case {
  const world = WORLDS.findIndex((plan) => plan.name === name);
  return { world, pollEveryMs: 60_000, ...(deployment && { deployment }) };
}

async function judged(name: string, deployment: Deployment): Promise<Judged> {
  const [only] = await runCase(caseOf(name, deployment), SIZE);
  assert.ok(only);
  return only;
}
