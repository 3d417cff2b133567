import assert from "node:assert/strict";
import { createHealth, createStatus, type HealthOptions } from "../../src/embed.ts";
import { createTestClock } from "../support/test-clock.ts";
import { listen } from "./listener.ts";

/** Health whose time a test moves. */
function healthOf(options: HealthOptions = {}) {
  const clock = createTestClock();
  return { clock, health: createHealth({ clock, ...options }) };
}

Deno.test("G10: Watch of an unknown name tells SERVICE_UNKNOWN and stays open through createHealth()", async () => {
  const { health, clock } = healthOf({ checks: { "acme.Foo": [] } });
  const listener = listen(health, clock, "acme.Nobody");
  assert.deepEqual(await listener.during(3_600_000), ["SERVICE_UNKNOWN"]);
  assert.equal(await health.check("acme.Nobody"), "SERVICE_UNKNOWN");
  await listener.leave();
  assert.equal(clock.sleepers(), 0);
});

Deno.test("Watch of a service without checks tells SERVING, then nothing, through createHealth()", async () => {
  const { health, clock } = healthOf({ checks: { "acme.Foo": [] } });
  const listener = listen(health, clock, "acme.Foo");
  assert.deepEqual(await listener.during(3_600_000), ["SERVING"]);
  await listener.leave();
});

Deno.test("G11: Watch of two checks tells what they come to, as in grpclib, through createHealth()", async () => {
  const values: [boolean | undefined, boolean | undefined] = [undefined, undefined];
  const { health, clock } = healthOf({
    checks: { "acme.Foo": [{ run: () => values[0], ttlMs: 200 }, { run: () => values[1], ttlMs: 200 }] },
  });
  const listener = listen(health, clock, "acme.Foo");
  assert.deepEqual(await listener.heard(), ["UNKNOWN"]);
  assert.deepEqual(await listener.during(600), []);
  values[0] = true;
  assert.deepEqual(await listener.during(200), []); // grpclib says NOT_SERVING here
  values[1] = true;
  assert.deepEqual(await listener.during(200), ["SERVING"]);
  values[0] = false;
  assert.deepEqual(await listener.during(200), ["NOT_SERVING"]);
  values[0] = true;
  assert.deepEqual(await listener.during(200), ["SERVING"]);
  await listener.leave();
  assert.equal(clock.sleepers(), 0);
});

Deno.test("G11: Watch of two settable statuses tells the same at once through createHealth()", async () => {
  const [first, second] = [createStatus(), createStatus()];
  const { health, clock } = healthOf({ checks: { "acme.Foo": [first, second] } });
  const listener = listen(health, clock, "acme.Foo");
  assert.deepEqual(await listener.heard(), ["UNKNOWN"]);
  first.set(true);
  assert.deepEqual(await listener.heard(), []);
  second.set(true);
  assert.deepEqual(await listener.heard(), ["SERVING"]);
  first.set(false);
  assert.deepEqual(await listener.heard(), ["NOT_SERVING"]);
  first.set(true);
  assert.deepEqual(await listener.heard(), ["SERVING"]);
  await listener.leave();
});

Deno.test("G12: Watch tells nothing when an equal value is set, or the whole stays the same, through createHealth()", async () => {
  const [first, second] = [createStatus(false), createStatus(false)];
  const { health, clock } = healthOf({ checks: { "acme.Foo": [first, second] } });
  const listener = listen(health, clock, "acme.Foo");
  assert.deepEqual(await listener.heard(), ["NOT_SERVING"]);
  first.set(false);
  second.set(true);
  assert.deepEqual(await listener.heard(), []);
  await listener.leave();
});

Deno.test("G13: Watch of a hung check tells NOT_SERVING when its time is over through createHealth()", async () => {
  const hung = () => new Promise<boolean>(() => {});
  const { health, clock } = healthOf({ overall: [{ run: hung, timeoutMs: 700 }], onError: () => {} });
  const listener = listen(health, clock);
  assert.deepEqual(await listener.during(699), []);
  assert.deepEqual(await listener.during(1), ["NOT_SERVING"]);
  await listener.leave();
  assert.equal(clock.sleepers(), 0);
});

Deno.test("S1: a name never set is SERVICE_UNKNOWN through createHealth()", () => {
  assert.equal(healthOf().health.get("my.app.Database"), "SERVICE_UNKNOWN");
});

Deno.test("S2: a status that was set is got, checked and listed, and can be taken back, through createHealth()", async () => {
  const { health } = healthOf();
  for (const status of ["SERVING", "NOT_SERVING", "UNKNOWN"] as const) {
    health.set("my.app.Database", status);
    assert.equal(health.get("my.app.Database"), status);
    assert.equal(await health.check("my.app.Database"), status);
    assert.deepEqual(await health.list(), new Map([["", status], ["my.app.Database", status]]));
  }
  health.set("my.app.Database", "SERVICE_UNKNOWN");
  assert.equal(health.get("my.app.Database"), "SERVICE_UNKNOWN");
  assert.deepEqual(health.names(), [""]);
});

Deno.test("S2: a status set by name counts as one more check of it through createHealth()", async () => {
  const { health } = healthOf({ checks: { "acme.Foo": [() => true] } });
  health.set("acme.Foo", "NOT_SERVING");
  assert.equal(await health.check("acme.Foo"), "NOT_SERVING");
  health.set("acme.Foo", "SERVING");
  assert.equal(await health.check("acme.Foo"), "SERVING");
  assert.equal(await health.check(), "SERVING");
});

Deno.test("S3: Watch tells the status now, then each change, through createHealth()", async () => {
  const { health, clock } = healthOf();
  health.set("my.app.Database", "NOT_SERVING");
  const listener = listen(health, clock, "my.app.Database");
  assert.deepEqual(await listener.heard(), ["NOT_SERVING"]);
  for (const status of ["SERVING", "UNKNOWN", "NOT_SERVING"] as const) {
    health.set("my.app.Database", status);
    assert.deepEqual(await listener.heard(), [status]);
  }
  health.set("another.Name", "SERVING");
  assert.deepEqual(await listener.heard(), []);
  await listener.leave();
});

Deno.test("S4: a name that is set after a Watch of it began is told through createHealth()", async () => {
  const { health, clock } = healthOf();
  const listener = listen(health, clock, "my.app.Database");
  assert.deepEqual(await listener.heard(), ["SERVICE_UNKNOWN"]);
  health.set("my.app.Database", "SERVING");
  assert.deepEqual(await listener.heard(), ["SERVING"]);
  health.set("my.app.Database", "SERVICE_UNKNOWN");
  assert.deepEqual(await listener.heard(), ["SERVICE_UNKNOWN"]);
  await listener.leave();
});

Deno.test("S5: after a burst of sets the last value is told, and last, through createHealth()", async () => {
  const { health, clock } = healthOf();
  const fast = listen(health, clock, "my.app.Database");
  const slow = health.watch("my.app.Database");
  assert.equal((await slow.next()).value, "SERVICE_UNKNOWN");
  assert.deepEqual(await fast.heard(), ["SERVICE_UNKNOWN"]);
  for (let set = 0; set < 100; set++) health.set("my.app.Database", set % 2 === 0 ? "UNKNOWN" : "NOT_SERVING");
  health.set("my.app.Database", "SERVING");
  assert.equal((await fast.heard()).at(-1), "SERVING");
  // Who did not read meanwhile gets the newest only.
  assert.equal((await slow.next()).value, "SERVING");
  await slow.return();
  await fast.leave();
});

Deno.test("S6: Watchers that leave stop the runs of their checks and leave no timer through createHealth()", async () => {
  let runs = 0;
  const { health, clock } = healthOf({
    overall: [{
      run: () => {
        runs++;
        return true;
      },
      ttlMs: 1_000,
    }],
  });
  const listeners = Array.from({ length: 20 }, () => listen(health, clock));
  await clock.advance(10_000);
  assert.equal(runs, 11);
  const [last, ...others] = listeners;
  await Promise.all(others.map((listener) => listener.leave()));
  await clock.advance(5_000);
  assert.equal(runs, 16);
  await last?.leave();
  assert.equal(clock.sleepers(), 0);
  await clock.advance(60_000);
  assert.equal(runs, 16);
});

Deno.test("S6: a Watcher that leaves before its first status leaves nothing behind through createHealth()", async () => {
  const { health, clock } = healthOf({
    overall: [async () => {
      await clock.sleep(500);
      return true;
    }],
  });
  const listener = listen(health, clock);
  assert.deepEqual(await listener.heard(), []);
  await listener.leave();
  await clock.advance(500);
  assert.equal(clock.sleepers(), 0);
  assert.equal(health.get(), "SERVING");
});

Deno.test("Watch polls a check without a ttl ten times a second, not more, through createHealth()", async () => {
  let runs = 0;
  const { health, clock } = healthOf({ overall: [{ run: () => ++runs > 0, ttlMs: 0 }] });
  const listener = listen(health, clock);
  await clock.advance(1_000);
  assert.equal(runs, 11);
  await listener.leave();
});

Deno.test("watchMaxMs ends a Watch through createHealth(), and no timer stays", async () => {
  const { health, clock } = healthOf({ watchMaxMs: 55_000 });
  const listener = listen(health, clock);
  assert.deepEqual(await listener.during(54_999), ["SERVING"]);
  assert.equal(clock.sleepers(), 1);
  await clock.advance(1);
  await listener.ended;
  assert.equal(clock.sleepers(), 0);
});

Deno.test("shutdown() makes every name NOT_SERVING whatever is set, and resume() tells the truth again", async () => {
  const { health, clock } = healthOf({ checks: { "acme.Foo": [() => true] } });
  const [all, foo, nobody] = ["", "acme.Foo", "acme.Nobody"].map((name) => listen(health, clock, name));
  assert.ok(all && foo && nobody);
  assert.deepEqual(await foo.heard(), ["SERVING"]);
  assert.deepEqual(await all.heard(), ["SERVING"]);
  assert.deepEqual(await nobody.heard(), ["SERVICE_UNKNOWN"]);
  health.shutdown();
  health.set("acme.Foo", "SERVING");
  health.set("acme.Bar", "SERVING");
  assert.deepEqual(await foo.heard(), ["NOT_SERVING"]);
  assert.deepEqual(await all.heard(), ["NOT_SERVING"]);
  assert.deepEqual(
    await health.list(),
    new Map(["acme.Foo", "", "acme.Bar"].map((name) => [name, "NOT_SERVING"])),
  );
  assert.equal(await health.check("acme.Nobody"), "SERVICE_UNKNOWN");
  health.set("acme.Bar", "NOT_SERVING");
  health.resume();
  assert.deepEqual(await foo.heard(), ["SERVING"]);
  assert.equal(await health.check("acme.Bar"), "NOT_SERVING");
  assert.deepEqual(await nobody.heard(), []);
  await Promise.all([all, foo, nobody].map((listener) => listener.leave()));
});

Deno.test("shutdown() answers at once who waits for a hung check", async () => {
  const { health, clock } = healthOf({ overall: [() => new Promise<boolean>(() => {})], onError: () => {} });
  const waiting = health.check();
  const listener = listen(health, clock);
  assert.deepEqual(await listener.heard(), []);
  health.shutdown();
  assert.equal(await waiting, "NOT_SERVING");
  assert.deepEqual(await listener.heard(), ["NOT_SERVING"]);
  assert.equal(await health.check(), "NOT_SERVING");
  await listener.leave();
  await clock.advance(10_000);
  assert.equal(clock.sleepers(), 0);
});

Deno.test("close() tells NOT_SERVING, ends every Watch, abandons what runs, and is for good", async () => {
  const signals: AbortSignal[] = [];
  const told = createStatus(true);
  const hung = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<boolean>(() => {});
  };
  const { health, clock } = healthOf({ checks: { "acme.Foo": [told], "acme.Hung": [hung] } });
  const foo = listen(health, clock, "acme.Foo");
  const hangs = listen(health, clock, "acme.Hung");
  const nobody = listen(health, clock, "acme.Nobody");
  assert.deepEqual(await foo.heard(), ["SERVING"]);
  health.close();
  await Promise.all([foo.ended, hangs.ended, nobody.ended]);
  assert.deepEqual(await foo.heard(), ["NOT_SERVING"]);
  assert.deepEqual(await hangs.heard(), ["NOT_SERVING"]);
  assert.deepEqual(await nobody.heard(), ["SERVICE_UNKNOWN"]);
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true]);
  assert.equal(clock.sleepers(), 0);
  health.resume();
  assert.equal(await health.check("acme.Hung"), "NOT_SERVING");
  const late = listen(health, clock, "acme.Foo");
  await late.ended;
  assert.deepEqual(await late.heard(), ["NOT_SERVING"]);
  assert.equal(signals.length, 1);
});
