import assert from "node:assert/strict";
import type { Load, Report } from "../src/core/report.ts";
import { type PushLog, pushReports } from "../src/satellite.ts";
import { createChanges } from "../src/refresh/changes.ts";
import { answered, reportOn } from "./support/reports.ts";
import { createTestClock } from "./support/test-clock.ts";

const CONFIG = { url: "https://edge.test", name: "eu", everyMs: 15_000, token: "a-push-token-of-tests" };
const SERVING = reportOn([{ name: "a", state: answered("SERVING") }]);
const DOWN = reportOn([{ name: "a", state: answered("NOT_SERVING") }]);

function accepted(): Response {
  return Response.json({ expiresAt: "2026-11-21T12:00:00Z" });
}

/** A satellite on a clock the test moves, before an edge whose answers it decides. */
function stage(answer: (request: Request) => Promise<Response> | Response = accepted) {
  const clock = createTestClock();
  const changes = createChanges();
  const stop = new AbortController();
  const pushed: { readonly atMs: number; readonly status: string }[] = [];
  const logged: PushLog[] = [];
  const startMs = clock.nowMs();
  let report: Report = SERVING;
  let underWay = 0;
  const load: Load = () => Promise.resolve(report);
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init);
    assert.equal(++underWay, 1, "two pushes at a time");
    try {
      const { status } = await request.clone().json();
      pushed.push({ atMs: clock.nowMs() - startMs, status });
      const late = new Promise<never>((_, reject) =>
        request.signal.addEventListener("abort", () => reject(request.signal.reason))
      );
      late.catch(() => {});
      return await Promise.race([answer(request), late]);
    } finally {
      underWay--;
    }
  };
  const ended = pushReports({
    config: CONFIG,
    begin: () => load,
    changed: changes.next,
    clock,
    log: (entry) => logged.push(entry),
    fetch,
    random: () => 0.5,
  }, stop.signal);
  return {
    clock,
    pushed,
    logged,
    /** From now on it is another, of which nobody tells. */
    become(next: Report) {
      report = next;
    },
    turn(next: Report) {
      report = next;
      changes.tell();
    },
    async end() {
      stop.abort();
      await clock.until(ended);
      assert.equal(clock.sleepers(), 0);
    },
  };
}

Deno.test("pushReports() pushes at once, then as often as it is told to", async () => {
  const { clock, pushed, logged, end } = stage();
  await clock.advance(45_000);
  await end();
  assert.deepEqual(pushed.map(({ atMs }) => atMs), [0, 15_000, 30_000, 45_000]);
  assert.deepEqual(logged, [{ event: "push", as: "eu", state: "accepted" }]);
});

Deno.test("pushReports() pushes a report in which something turned, once a second at most, and of several the newest", async () => {
  const { clock, pushed, turn, end } = stage();
  await clock.advance(5_000);
  turn(DOWN);
  await clock.advance(100);
  turn(SERVING);
  turn(DOWN);
  turn(reportOn([{ name: "a", state: answered("SERVING") }]));
  await clock.advance(5_000);
  await end();
  assert.deepEqual(pushed, [
    { atMs: 0, status: "SERVING" },
    { atMs: 5_000, status: "NOT_SERVING" },
    { atMs: 6_000, status: "SERVING" },
  ]);
});

Deno.test("pushReports() tries again by gRPC's backoff, the newest report each time, and says so once", async () => {
  let isUp = false;
  const { clock, pushed, logged, turn, end } = stage(() => {
    if (isUp) return accepted();
    // As Deno's `fetch` has it.
    throw new TypeError("fetch failed", {
      cause: new Error(
        "error sending request from 10.0.0.1:52728 for https://edge.test/x (10.0.0.9:443): client error (Connect): tcp connect error: Connection refused",
      ),
    });
  });
  await clock.advance(3_000);
  turn(DOWN);
  await clock.advance(30_000);
  isUp = true;
  await clock.advance(20_000);
  await end();
  // 1 s × 1.6 each time, no longer than the interval.
  assert.deepEqual(pushed.slice(0, 6).map(({ atMs }) => Math.floor(atMs)), [0, 1_000, 2_600, 5_160, 9_256, 15_809]);
  assert.equal(pushed.at(-1)?.status, "NOT_SERVING");
  assert.deepEqual(logged, [
    {
      event: "push",
      as: "eu",
      state: "failing",
      error: "tcp connect error: Connection refused",
    },
    { event: "push", as: "eu", state: "accepted" },
  ]);
});

Deno.test("pushReports() pushes what turns by itself, as a window begins or what was told ends, when it does", async () => {
  const { clock, pushed, become, turn, end } = stage();
  const turnsAtMs = clock.nowMs() + 7_000;
  turn({ ...SERVING, turnsAtMs });
  await clock.advance(6_999);
  become(DOWN);
  await clock.advance(8_000);
  await end();
  assert.deepEqual(pushed, [{ atMs: 0, status: "SERVING" }, { atMs: 7_000, status: "NOT_SERVING" }]);
});

Deno.test("pushReports() says why pushes fail by now, when it is not what it was", async () => {
  let code = "unavailable";
  const { clock, logged, end } = stage(() => Response.json({ code, message: "" }, { status: 500 }));
  await clock.advance(30_000);
  code = "unauthenticated";
  await clock.advance(30_000);
  await end();
  assert.deepEqual(logged.map(({ state, error }) => [state, error]), [
    ["failing", "unavailable:"],
    ["failing", "unauthenticated:"],
  ]);
});

Deno.test("pushReports() takes only a Rollcall's answer for an accepted push, follows no redirect, and gives up one that hangs", async () => {
  for (
    const [answer, error] of [
      [
        () => Response.json({ code: "unauthenticated", message: "This needs PUSH_TOKEN" }, { status: 401 }),
        "unauthenticated: This needs PUSH_TOKEN",
      ],
      [
        () => new Response("<html>", { status: 200, headers: { "content-type": "text/html" } }),
        "HTTP 200, which is no answer of a Rollcall",
      ],
      [
        () => new Response(null, { status: 308, headers: { location: "https://elsewhere.test" } }),
        "HTTP 308, which is no answer of a Rollcall",
      ],
      [() => new Response("x".repeat(9_000), { status: 502 }), "HTTP 502, which is no answer of a Rollcall"],
      [() => Response.json({ status: "ok" }), "HTTP 200, which is no answer of a Rollcall"],
      [() => Response.json(null), "HTTP 200, which is no answer of a Rollcall"],
      [() => Response.json({ expiresAt: "x".repeat(9_000) }), "HTTP 200, which is no answer of a Rollcall"],
      [() => new Promise<Response>(() => {}), "no answer within 10000 ms"],
    ] as const
  ) {
    const { clock, logged, end } = stage((request) => {
      assert.equal(request.redirect, "manual");
      assert.equal(request.headers.get("authorization"), `Bearer ${CONFIG.token}`);
      return answer();
    });
    await clock.advance(10_000);
    await end();
    assert.deepEqual(logged, [{ event: "push", as: "eu", state: "failing", error }]);
  }
});

Deno.test("pushReports() says nothing of a fleet it does not know, or that it is about to leave", async () => {
  const { clock, pushed, turn, logged, end } = stage();
  await clock.advance(2_000);
  turn({ ...DOWN, isRegistryInvalid: true });
  await clock.advance(60_000);
  turn({ ...DOWN, isLeaving: true });
  await clock.advance(60_000);
  assert.deepEqual([pushed.length, logged.length], [1, 1]);
  turn(DOWN);
  await clock.advance(1_000);
  await end();
  assert.equal(pushed.length, 2);
});
