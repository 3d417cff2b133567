import type { Client } from "@connectrpc/connect";
import assert from "node:assert/strict";
import type { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import type { Load, LoadOptions, Report } from "../../src/core/report.ts";
import type { SurfaceSettings } from "../../src/surface/routes.ts";
import { healthClients } from "../support/clients.ts";
import { answered, NOW_MS, reportOn } from "../support/reports.ts";
import { surfaces } from "../support/surfaces.ts";

const serving = reportOn([{ name: "checkout", state: answered("SERVING") }]);
const down = reportOn([{ name: "checkout", state: answered("NOT_SERVING") }]);

/** A day in a Watch: each load gives the next report, each sleep moves the clock, and the last report stays. */
function script(reports: readonly Report[], more: Partial<SurfaceSettings> = {}) {
  const asked: LoadOptions[] = [];
  let nowMs = NOW_MS;
  const load: Load = (options = {}) => {
    asked.push(options);
    const report = reports[Math.min(asked.length, reports.length) - 1];
    return report === undefined ? Promise.reject(new Error("no report")) : Promise.resolve(report);
  };
  const sleep = (ms: number) => {
    nowMs += ms;
    return Promise.resolve();
  };
  return { asked, clients: healthClients(surfaces(load, { sleep, nowMs: () => nowMs, ...more })) };
}

async function statuses(client: Client<typeof Health>, service = ""): Promise<number[]> {
  const seen: number[] = [];
  for await (const { status } of client.watch({ service })) seen.push(status);
  return seen;
}

for (const protocol of ["gRPC-web", "gRPC-web JSON", "Connect proto", "Connect JSON"]) {
  const clientOf = (clients: ReturnType<typeof healthClients>) => {
    const client = clients.find(([name]) => name === protocol)?.[1];
    assert.ok(client);
    return client;
  };

  Deno.test(`P5: Watch sends the status at once, then changes only, and ends with OK (${protocol})`, async () => {
    const { clients, asked } = script([serving, serving, down, serving]);
    assert.deepEqual(await statuses(clientOf(clients)), [1, 2, 1]);
    // 55 s of Watch, a tick every 15 s: the first report may be stale, a tick's must be fresh.
    assert.deepEqual(asked.map(({ accept }) => accept), [undefined, "fresh", "fresh", "fresh"]);
  });

  Deno.test(`P4: Watch of an unknown name sends SERVICE_UNKNOWN, stays open, and tells when it appears (${protocol})`, async () => {
    const without = reportOn([{ name: "pay", state: answered("SERVING") }]);
    const { clients } = script([without, without, serving]);
    assert.deepEqual(await statuses(clientOf(clients), "checkout"), [3, 1]);
  });

  Deno.test(`Watch tells when a window begins and ends, between ticks (${protocol})`, async () => {
    const window = { id: "w", name: "checkout", fromMs: NOW_MS + 4_000, untilMs: NOW_MS + 10_000, reason: "disks" };
    let nowMs = NOW_MS;
    const asked: number[] = [];
    const load: Load = () => {
      asked.push(nowMs - NOW_MS);
      return Promise.resolve(
        reportOn([{ name: "checkout", state: answered("SERVING") }], { maintenance: [window], nowMs }),
      );
    };
    const sleep = (ms: number) => {
      nowMs += ms;
      return Promise.resolve();
    };
    const clients = healthClients(surfaces(load, { sleep, nowMs: () => nowMs }));
    assert.deepEqual(await statuses(clientOf(clients)), [1, 2, 1]);
    assert.deepEqual(asked, [0, 4_000, 10_000, 25_000, 40_000]);
  });

  Deno.test(`Watch of liveness is SERVING, loads nothing, and ends in time (${protocol})`, async () => {
    const { clients, asked } = script([down]);
    assert.deepEqual(await statuses(clientOf(clients), "liveness"), [1]);
    assert.deepEqual(asked, []);
  });

  Deno.test(`Watch ends after one tick at least when the invocation has no probes left (${protocol})`, async () => {
    const spent = reportOn([{ name: "checkout", state: answered("NOT_SERVING") }], { probesLeft: 0 });
    const { clients, asked } = script([{ ...serving, probesLeft: 0 }, spent, serving]);
    assert.deepEqual(await statuses(clientOf(clients)), [1, 2]);
    assert.equal(asked.length, 2);
  });

  Deno.test(`Watch ends with OK at shutdown (${protocol})`, async () => {
    const shutdown = new AbortController();
    const { clients } = script([serving], {
      shutdown: shutdown.signal,
      sleep: (_ms, signal) => {
        assert.ok(signal);
        const woken = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        shutdown.abort();
        return woken;
      },
    });
    assert.deepEqual(await statuses(clientOf(clients)), [1]);
  });
}

const WATCH = "/grpc.health.v1.Health/Watch";
const WEB = { method: "POST", headers: { "content-type": "application/grpc-web" }, body: new Uint8Array(5) };

Deno.test("Watch asks no more and leaves no timer when its client has gone", async () => {
  const ends: (() => void)[] = [];
  const asked: LoadOptions[] = [];
  const load: Load = (options = {}) => {
    asked.push(options);
    return Promise.resolve(serving);
  };
  const slept = Promise.withResolvers<void>();
  const woken = Promise.withResolvers<void>();
  const sleep: SurfaceSettings["sleep"] = (_ms, signal) => {
    slept.resolve();
    return new Promise((resolve) => {
      signal?.addEventListener("abort", () => {
        resolve();
        woken.resolve();
      });
      ends.push(resolve);
    });
  };
  const answer = await surfaces(load, { sleep })(WATCH, WEB);
  const reader = answer.body?.getReader();
  assert.deepEqual([...(await reader?.read())?.value ?? []], [0, 0, 0, 0, 2, 8, 1]);
  await slept.promise;
  await reader?.cancel();
  await woken.promise;
  for (const end of ends) end();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(asked.length, 1);
});

Deno.test("Watch itself ends with DEADLINE_EXCEEDED when the caller's time is up", async () => {
  const answer = await surfaces(serving)(WATCH, { ...WEB, headers: { ...WEB.headers, "grpc-timeout": "20m" } });
  assert.match(await answer.text(), /grpc-status: 4/);
});

Deno.test("Watch survives a timeout that no timer can hold", async () => {
  for (const timeout of [{ "grpc-timeout": "99999999H" }, { "connect-timeout-ms": "9999999999" }]) {
    let nowMs = NOW_MS;
    const sleep = (ms: number) =>
      new Promise<void>((resolve) => {
        nowMs += ms;
        setTimeout(resolve, 2);
      });
    const ask = surfaces(() => Promise.resolve(serving), { sleep, nowMs: () => nowMs });
    const answer = await ask(WATCH, { ...WEB, headers: { ...WEB.headers, ...timeout } });
    assert.match(await answer.text(), /grpc-status: 0/);
  }
});
