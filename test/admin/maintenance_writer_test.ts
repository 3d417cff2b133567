import assert from "node:assert/strict";
import { createMemoryAuthority } from "../../src/store/authority-memory.ts";
import { administered, given, refusal } from "../support/administered.ts";

const ENV = { UPSTREAMS: [{ name: "checkout", url: "https://checkout.acme.com" }], GROUPS: { shop: ["checkout"] } };
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

Deno.test("schedule() keeps a window over an upstream or a group, and the fleet has it at once", async () => {
  const { maintenanceWriter, clock, fleet, logged } = administered({ env: ENV });
  const untilMs = clock.nowMs() + HOUR_MS;
  const window = given(
    await maintenanceWriter.schedule({ name: "checkout", fromMs: undefined, untilMs, reason: "new disk" }),
  );
  assert.deepEqual(window, { id: window.id, name: "checkout", fromMs: clock.nowMs(), untilMs, reason: "new disk" });
  const early = given(
    await maintenanceWriter.schedule({ name: "shop", fromMs: clock.nowMs() - HOUR_MS, untilMs, reason: "" }),
  );
  assert.deepEqual(fleet().maintenance, [window, early]);
  assert.deepEqual(given(await maintenanceWriter.list()), [early, window]);
  assert.deepEqual(logged[0], {
    event: "maintenance",
    action: "scheduled",
    id: window.id,
    name: "checkout",
    from: "2026-11-21T12:00:00.000Z",
    until: "2026-11-21T13:00:00.000Z",
  });
});

Deno.test("schedule() refuses a window that is none, and a name that is no upstream and no group", async () => {
  const { maintenanceWriter, clock, authority } = administered({ env: ENV });
  const nowMs = clock.nowMs();
  const right = { name: "checkout", fromMs: nowMs, untilMs: nowMs + HOUR_MS, reason: "" };
  for (
    const [wrong, reason, message] of [
      [{ untilMs: nowMs }, "invalid", /it ends before it begins/],
      [{ fromMs: nowMs - 2, untilMs: nowMs - 1 }, "invalid", /it is over already/],
      [{ untilMs: nowMs + 366 * DAY_MS + 1 }, "invalid", /at most 366 days/],
      [{ untilMs: Infinity }, "invalid", /its times are none/],
      [{ fromMs: 253_402_300_799_000, untilMs: 253_402_300_800_000 }, "invalid", /its times are none/],
      [{ fromMs: -9e15 }, "invalid", /its times are none/],
      [{ fromMs: NaN }, "invalid", /its times are none/],
      [{ reason: "x".repeat(241) }, "invalid", /at most 240 characters/],
      [{ reason: "two\nlines" }, "invalid", /write one line/],
      [{ name: "checkou" }, "not_found", /no upstream and no group is called "checkou"$/],
      [{ name: "checkout/" }, "not_found", /"checkout\/"$/],
      [{ name: "" }, "not_found", /""$/],
    ] as const
  ) {
    const [given, text] = refusal(await maintenanceWriter.schedule({ ...right, ...wrong }));
    assert.equal(given, reason, JSON.stringify(wrong));
    assert.match(text, message);
  }
  assert.equal((await authority.list("")).size, 0);
  given(await maintenanceWriter.schedule({ ...right, untilMs: nowMs + 366 * DAY_MS, reason: "x".repeat(240) }));
});

Deno.test("schedule() knows an upstream that was registered elsewhere a moment ago", async () => {
  const authority = createMemoryAuthority();
  const here = administered({ authority });
  const upstream = { name: "a", url: "https://a.acme.com" };
  given(await administered({ authority }).registryWriter.register(upstream, { isReplacing: false }));
  const untilMs = here.clock.nowMs() + 1;
  assert.equal(
    given(await here.maintenanceWriter.schedule({ name: "a", fromMs: undefined, untilMs, reason: "" })).name,
    "a",
  );
});

Deno.test("schedule() is a conflict where the registry has errors, for nobody knows its names", async () => {
  const { maintenanceWriter, clock } = administered({ env: { ...ENV, TTL_MS: "soon" } });
  const asked = { name: "checkout", fromMs: undefined, untilMs: clock.nowMs() + 1, reason: "" };
  assert.equal(refusal(await maintenanceWriter.schedule(asked))[0], "conflict");
});

Deno.test("a window that is over is forgotten by the next write, and by list() at once", async () => {
  const { maintenanceWriter, clock, fleet } = administered({ env: ENV });
  const schedule = async (forMs: number) =>
    given(
      await maintenanceWriter.schedule({
        name: "shop",
        fromMs: undefined,
        untilMs: clock.nowMs() + forMs,
        reason: "",
      }),
    );
  const short = await schedule(HOUR_MS);
  const long = await schedule(2 * HOUR_MS);
  await clock.advance(HOUR_MS);
  assert.deepEqual(given(await maintenanceWriter.list()), [long]);
  assert.equal(refusal(await maintenanceWriter.end(short.id))[0], "not_found");
  const last = await schedule(HOUR_MS);
  assert.deepEqual(fleet().maintenance, [long, last]);
});

Deno.test("end() ends a window or calls it off, once", async () => {
  const { maintenanceWriter, clock, fleet, logged } = administered({ env: ENV });
  const untilMs = clock.nowMs() + HOUR_MS;
  const now = given(await maintenanceWriter.schedule({ name: "shop", fromMs: undefined, untilMs, reason: "" }));
  const later = given(
    await maintenanceWriter.schedule({ name: "shop", fromMs: untilMs, untilMs: untilMs + 1, reason: "" }),
  );
  assert.deepEqual(given(await maintenanceWriter.end(now.id)), now);
  assert.deepEqual(fleet().maintenance, [later]);
  given(await maintenanceWriter.end(later.id));
  assert.deepEqual([fleet().maintenance, logged.length], [[], 4]);
  for (const id of [now.id, "", "x"]) assert.equal(refusal(await maintenanceWriter.end(id))[0], "not_found");
});

Deno.test("schedule() of many writers at a time loses none, and two hundred are enough", async () => {
  const authority = createMemoryAuthority();
  const writers = Array.from({ length: 20 }, () => administered({ env: ENV, authority }));
  for (let round = 0; round < 10; round++) {
    await Promise.all(writers.map(async ({ maintenanceWriter, clock }) =>
      given(
        await maintenanceWriter.schedule({
          name: "shop",
          fromMs: undefined,
          untilMs: clock.nowMs() + HOUR_MS,
          reason: "",
        }),
      )
    ));
  }
  const { maintenanceWriter, clock } = administered({ env: ENV, authority });
  const windows = given(await maintenanceWriter.list());
  assert.equal(new Set(windows.map(({ id }) => id)).size, 200);
  const asked = { name: "shop", fromMs: undefined, untilMs: clock.nowMs() + 1, reason: "" };
  assert.match(refusal(await maintenanceWriter.schedule(asked)).join(": "), /^conflict: .*there are 200 windows/);
});
