import assert from "node:assert/strict";
import { createHealth, createStatus } from "../../src/embed.ts";
import type { HealthOptions } from "../../src/embed.ts";
import { createTestClock } from "../support/test-clock.ts";

type Value = boolean | undefined;

/** A check that counts its runs, and gives what it is set to. */
function counted(value: Value) {
  const counter = { value, runs: 0, run: () => (counter.runs++, counter.value) };
  return counter;
}

/** Health whose time stands still, and whose errors are kept. */
function healthOf(options: HealthOptions) {
  const clock = createTestClock();
  const errors: string[] = [];
  const health = createHealth({ clock, onError: (error) => errors.push(String(error)), ...options });
  return { clock, errors, health };
}

/** Of grpclib's table (`_status` in grpclib/health/service.py) two pairs differ: healthy and unknown are UNKNOWN. */
const PAIRS: readonly (readonly [Value, Value, string])[] = [
  [undefined, undefined, "UNKNOWN"],
  [undefined, true, "UNKNOWN"],
  [undefined, false, "NOT_SERVING"],
  [true, undefined, "UNKNOWN"],
  [true, true, "SERVING"],
  [true, false, "NOT_SERVING"],
  [false, undefined, "NOT_SERVING"],
  [false, true, "NOT_SERVING"],
  [false, false, "NOT_SERVING"],
];

for (const [first, second, expected] of PAIRS) {
  Deno.test(`G1: two checks are ${expected} through createHealth() when they give ${first} and ${second}`, async () => {
    const { health } = healthOf({
      checks: {
        "acme.Asked": [() => first, () => Promise.resolve(second)],
        "acme.Told": [createStatus(first), createStatus(second)],
        "acme.Both": [() => first, createStatus(second)],
      },
    });
    for (const name of ["acme.Asked", "acme.Told", "acme.Both"]) assert.equal(await health.check(name), expected, name);
  });
}

for (const value of ["x", 1, null, {}]) {
  Deno.test(`G2: a check is unhealthy through createHealth() when it gives ${JSON.stringify(value)}`, async () => {
    // As JavaScript may: the types refuse it.
    const { health, errors } = healthOf({ overall: [() => JSON.parse(JSON.stringify(value))] });
    assert.equal(await health.check(), "NOT_SERVING");
    assert.deepEqual(errors, [
      `TypeError: A health check gives true, false or undefined, and this one gave ${value}`,
    ]);
  });
}

Deno.test("G3: a check is unhealthy through createHealth() when it throws, at once or later", async () => {
  const atOnce = () => {
    throw new Error("at once");
  };
  const later = () => Promise.reject(new Error("later"));
  const { health, errors } = healthOf({ checks: { "acme.AtOnce": [atOnce], "acme.Later": [later] } });
  assert.equal(await health.check("acme.AtOnce"), "NOT_SERVING");
  assert.equal(await health.check("acme.Later"), "NOT_SERVING");
  assert.deepEqual(errors, ["Error: at once", "Error: later"]);
});

Deno.test("G3: onError is told which check failed, and may throw itself, through createHealth()", async () => {
  const failing = { run: () => Promise.reject(new Error("no database")) };
  const printed: string[] = [];
  const error = console.error;
  console.error = (...text) => printed.push(text.join(" "));
  try {
    const health = createHealth({
      overall: [failing],
      onError: (_error, check) => {
        assert.equal(check, failing);
        throw new Error("no log");
      },
    });
    assert.equal(await health.check(), "NOT_SERVING");
    assert.equal(await createHealth({ overall: [failing] }).check(), "NOT_SERVING");
  } finally {
    console.error = error;
  }
  assert.deepEqual(printed, ["Health check failed: Error: no log", "Health check failed: Error: no database"]);
});

Deno.test("G4: a result exactly as old as its ttl is stale, and a younger one is not, through createHealth()", async () => {
  const check = counted(true);
  const { health, clock } = healthOf({ overall: [{ run: check.run, ttlMs: 1_000 }] });
  await health.check();
  await clock.advance(999);
  await health.check();
  assert.equal(check.runs, 1);
  await clock.advance(1);
  await health.check();
  assert.equal(check.runs, 2);
});

Deno.test("G4: a ttl counts from the end of a run, is 30 s by default, and 0 keeps nothing, through createHealth()", async () => {
  const slow = counted(true);
  const never = counted(true);
  const { health, clock } = healthOf({
    checks: {
      "acme.Slow": [async () => {
        await clock.sleep(5_000);
        return slow.run();
      }],
      "acme.Never": [{ run: never.run, ttlMs: 0 }],
    },
  });
  await clock.until(health.check("acme.Slow"));
  await clock.advance(29_999);
  await clock.until(health.check("acme.Slow"));
  assert.equal(slow.runs, 1);
  await clock.advance(1);
  await clock.until(health.check("acme.Slow"));
  assert.equal(slow.runs, 2);
  await health.check("acme.Never");
  await health.check("acme.Never");
  assert.equal(never.runs, 2);
});

Deno.test("G4: a result is stale through createHealth() when the clock was set back behind it", async () => {
  const check = counted(true);
  const { health, clock } = healthOf({ overall: [check.run] });
  await health.check();
  clock.stepBack(1);
  await health.check();
  assert.equal(check.runs, 2);
});

for (const value of [false, undefined]) {
  Deno.test(`G5: ${value} is kept as long as true through createHealth()`, async () => {
    const check = counted(value);
    const { health, clock } = healthOf({ overall: [{ run: check.run, ttlMs: 1_000 }] });
    const before = await health.check();
    check.value = true;
    await clock.advance(999);
    assert.equal(await health.check(), before);
    await clock.advance(1);
    assert.equal(await health.check(), "SERVING");
    assert.equal(check.runs, 2);
  });
}

Deno.test("G6: callers at the same time share one run through createHealth()", async () => {
  const check = counted(true);
  const { health, clock } = healthOf({
    checks: {
      "acme.Foo": [async () => {
        await clock.sleep(100);
        return check.run();
      }],
    },
  });
  const answers = Array.from({ length: 50 }, (_, at) => health.check(at % 2 === 0 ? "" : "acme.Foo"));
  assert.deepEqual(new Set(await clock.until(Promise.all(answers))), new Set(["SERVING"]));
  assert.equal(check.runs, 1);
  assert.equal(clock.sleepers(), 0);
});

Deno.test("G6: a caller who leaves does not cancel the run for others through createHealth()", async () => {
  const signals: AbortSignal[] = [];
  const { health, clock } = healthOf({
    overall: [async (signal) => {
      signals.push(signal);
      await clock.sleep(100);
      return true;
    }],
  });
  const leaver = new AbortController();
  const left = health.check("", { signal: leaver.signal });
  const stayed = health.check();
  leaver.abort(new Error("gone"));
  await assert.rejects(left, { message: "gone" });
  assert.equal(await clock.until(stayed), "SERVING");
  assert.deepEqual(signals.map(({ aborted }) => aborted), [false]);
  assert.equal(clock.sleepers(), 0);
});

Deno.test("the checks of one name run at the same time through createHealth()", async () => {
  const { health, clock } = healthOf({ overall: [] });
  const startedMs = clock.nowMs();
  const slow = async () => {
    await clock.sleep(3_000);
    return true;
  };
  const three = createHealth({ clock, overall: [slow, { run: slow }, { run: slow }] });
  assert.equal(await clock.until(three.check()), "SERVING");
  assert.equal(clock.nowMs() - startedMs, 3_000);
  assert.equal(await health.check(), "SERVING");
});

Deno.test('G7: "" is SERVING and other names are not known through createHealth() when there are no checks', async () => {
  for (const options of [{}, { checks: {} }]) {
    const health = createHealth(options);
    assert.equal(await health.check(), "SERVING");
    assert.equal(await health.check("acme.Foo"), "SERVICE_UNKNOWN");
    assert.deepEqual(health.names(), [""]);
  }
});

Deno.test("G7: a service without checks is SERVING through createHealth()", async () => {
  const { health } = healthOf({ checks: { "acme.Foo": [], "acme.Bar": [() => false] } });
  assert.deepEqual(
    await health.list(),
    new Map([["acme.Foo", "SERVING"], ["acme.Bar", "NOT_SERVING"], ["", "NOT_SERVING"]]),
  );
});

Deno.test('G8: "" rests on all checks, each run once, through createHealth()', async () => {
  const [a, b, c] = [counted(true), counted(true), counted(false)];
  const [shared, down] = [{ run: b.run, ttlMs: 0 }, createStatus(true)];
  const { health } = healthOf({ checks: { "acme.Foo": [a.run, shared], "acme.Bar": [shared, c.run, down] } });
  assert.equal(await health.check(), "NOT_SERVING");
  assert.deepEqual([a.runs, b.runs, c.runs], [1, 1, 1]);
  assert.equal(await health.check("acme.Foo"), "SERVING");
  down.set(false);
  c.value = true;
  assert.equal(health.get(""), "NOT_SERVING");
});

Deno.test('G9: "" is SERVING through createHealth() when overall is empty, though services fail', async () => {
  const { health } = healthOf({ checks: { "acme.Foo": [() => false] }, overall: [] });
  assert.equal(await health.check("acme.Foo"), "NOT_SERVING");
  assert.equal(await health.check(), "SERVING");
  health.set("acme.Bar", "NOT_SERVING");
  assert.equal(await health.check(), "SERVING");
});

Deno.test('G9: "" rests on the checks of overall only through createHealth()', async () => {
  const [a, b, c] = [counted(true), counted(false), counted(true)];
  const { health } = healthOf({ checks: { "acme.Foo": [a.run, b.run] }, overall: [a.run, c.run] });
  assert.equal(await health.check(), "SERVING");
  assert.deepEqual([a.runs, b.runs, c.runs], [1, 0, 1]);
});

Deno.test("G13: a check that takes longer than its timeout is unhealthy, and told so, through createHealth()", async () => {
  const signals: AbortSignal[] = [];
  const hung = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<boolean>(() => {});
  };
  const { health, clock, errors } = healthOf({ overall: [{ run: hung, timeoutMs: 50, ttlMs: 1_000 }] });
  const startedMs = clock.nowMs();
  assert.equal(await clock.until(health.check()), "NOT_SERVING");
  assert.equal(clock.nowMs() - startedMs, 50);
  assert.deepEqual(errors, ["TimeoutError: no result in 50 ms"]);
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true]);
  assert.equal(clock.sleepers(), 0);
  assert.equal(await health.check(), "NOT_SERVING");
  assert.equal(signals.length, 1);
});

Deno.test("G13: the timeout is 10 s by default, and what comes after it is not read, through createHealth()", async () => {
  const { health, clock } = healthOf({
    overall: [async () => {
      await clock.sleep(10_001);
      return true;
    }],
  });
  const startedMs = clock.nowMs();
  assert.equal(await clock.until(health.check()), "NOT_SERVING");
  assert.equal(clock.nowMs() - startedMs, 10_000);
  await clock.advance(1);
  assert.equal(health.get(), "NOT_SERVING");
});

Deno.test("createHealth() refuses times that cannot be, and checks of the empty name", () => {
  const run = () => true;
  assert.throws(() => createHealth({ overall: [{ run, ttlMs: -1 }] }), /ttlMs must be 0 or more, and is -1/);
  assert.throws(() => createHealth({ overall: [{ run, ttlMs: NaN }] }), RangeError);
  assert.throws(() => createHealth({ overall: [{ run, timeoutMs: 0 }] }), /timeoutMs must be above 0, and is 0/);
  assert.throws(() => createHealth({ checks: { "": [run] } }), /as `overall`/);
});

Deno.test("a check that asks after itself times out instead of running for ever through createHealth()", async () => {
  let runs = 0;
  const { health, clock } = healthOf({
    overall: [async (): Promise<boolean> => {
      runs++;
      return await health.check() === "SERVING";
    }],
  });
  assert.equal(await clock.until(health.check()), "NOT_SERVING");
  assert.equal(runs, 1);
});
