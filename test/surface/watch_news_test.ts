import assert from "node:assert/strict";
import { createContextValues, type HandlerContext } from "@connectrpc/connect";
import type { Report } from "../../src/core/report.ts";
import { createChanges } from "../../src/refresh/changes.ts";
import { createWatch } from "../../src/surface/grpc-watch.ts";
import { RPC_CALL, type RpcCall } from "../../src/surface/rpc-call.ts";
import { answered, reportOn } from "../support/reports.ts";
import { settings } from "../support/surfaces.ts";

const SERVING = reportOn([{ name: "train", state: answered("SERVING") }]);
const DOWN = reportOn([{ name: "train", state: answered("NOT_SERVING") }]);

/** A Watch of `train` whose timer never wakes: only news do. */
function watchTrain() {
  const changes = createChanges();
  const gone = new AbortController();
  let waiting = 0;
  let report: Report = SERVING;
  const watch = createWatch(settings({
    changed: async (signal) => {
      waiting++;
      await changes.next(signal);
      waiting--;
    },
  }));
  const call: RpcCall = {
    load: () => Promise.resolve(report),
    caller: { isTrusted: false, role: "stranger", options: {} },
  };
  const values = createContextValues().set(RPC_CALL, call);
  const context = { values, signal: gone.signal } as HandlerContext;
  const stream = watch({ $typeName: "grpc.health.v1.HealthCheckRequest", service: "train" }, context);
  const messages = stream[Symbol.asyncIterator]();
  return {
    waiting: () => waiting,
    leave: () => gone.abort(),
    turn(next: Report) {
      report = next;
      changes.tell();
    },
    next: async () => (await messages.next()).value?.status,
  };
}

Deno.test("S3: Watch tells at once what turns while it waits", async () => {
  const { next, turn, leave } = watchTrain();
  assert.equal(await next(), 1);
  const second = next();
  await new Promise((resolve) => setTimeout(resolve));
  turn(DOWN);
  assert.equal(await second, 2);
  leave();
  await assert.rejects(next);
});

Deno.test("S5: Watch misses nothing that turns while its message is on the way to a slow reader", async () => {
  const { next, turn, leave } = watchTrain();
  assert.equal(await next(), 1);
  turn(DOWN);
  assert.equal(await next(), 2);
  leave();
  await assert.rejects(next);
});

Deno.test("S6: a watcher that is cancelled waits for nothing any more", async () => {
  const { next, leave, waiting } = watchTrain();
  assert.equal(await next(), 1);
  const after = next();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(waiting(), 1);
  leave();
  await assert.rejects(after);
  assert.equal(waiting(), 0);
});

Deno.test("G12: Watch sends nothing of news that leave its status what it was", async () => {
  const { next, turn, leave } = watchTrain();
  assert.equal(await next(), 1);
  let isSent = false;
  const second = next().then((status) => {
    isSent = true;
    return status;
  });
  for (let at = 0; at < 3; at++) {
    turn(reportOn([{ name: "train", state: answered("SERVING") }]));
    await new Promise((resolve) => setTimeout(resolve));
  }
  assert.equal(isSent, false);
  turn(DOWN);
  assert.equal(await second, 2);
  leave();
  await assert.rejects(next);
});
