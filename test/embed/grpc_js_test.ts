import { status as CODE } from "@grpc/grpc-js";
import assert from "node:assert/strict";
import { createHealth } from "../../src/embed.ts";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { eventually } from "../support/eventually.ts";
import { grpcJsClient } from "../support/grpc-js-client.ts";
import { createTestClock } from "../support/test-clock.ts";
import { SERVERS } from "./servers.ts";

const { check, list, watch } = Health.method;

for (const kind of SERVERS.filter(({ protocol }) => protocol === "native")) {
  Deno.test(`createHealth() in ${kind.name} answers grpc-js`, async () => {
    const clock = createTestClock();
    const health = createHealth({ clock, checks: { "acme.FooService": [() => true] } });
    const server = await kind.start(health);
    {
      using client = grpcJsClient(server.port);
      const known = client.call(check, { service: "acme.FooService" });
      assert.equal((await known.ended).code, CODE.OK);
      assert.deepEqual(known.messages.map(({ status }) => status), [1]);
      const { code, details } = await client.call(check, { service: "acme.Nobody" }).ended;
      assert.deepEqual([code, details], [CODE.NOT_FOUND, 'unknown service "acme.Nobody"']);
      const listed = client.call(list, {});
      assert.equal((await listed.ended).code, CODE.OK);
      assert.deepEqual(Object.keys(listed.messages[0]?.statuses ?? {}).sort(), ["", "acme.FooService"]);
      const watched = client.call(watch, { service: "acme.FooService" });
      await eventually(() => watched.messages[0], () => "no status");
      health.set("acme.FooService", "NOT_SERVING");
      await eventually(() => watched.messages[1], () => "no change");
      watched.cancel();
      assert.equal((await watched.ended).code, CODE.CANCELLED);
      assert.deepEqual(watched.messages.map(({ status }) => status), [1, 2]);
      await eventually(() => clock.sleepers() === 0 || undefined, () => `${clock.sleepers()} timers`);
    }
    health.close();
    await server.stop();
  });

  Deno.test(`G13: a caller's deadline ends its Check in ${kind.name}, and not the run, through createHealth()`, async () => {
    const clock = createTestClock();
    const hung = () => new Promise<boolean>(() => {});
    const health = createHealth({ clock, overall: [hung], onError: () => {} });
    const server = await kind.start(health);
    {
      using client = grpcJsClient(server.port);
      const { code } = await client.call(check, { service: "" }, { deadlineMs: 100 }).ended;
      assert.equal(code, CODE.DEADLINE_EXCEEDED);
      const waiting = client.call(check, { service: "" });
      // The timer of the run that was begun for the first caller, and the second's own.
      await eventually(() => clock.sleepers() === 2 || undefined, () => `${clock.sleepers()} timers`);
      await clock.advance(10_000);
      assert.equal((await waiting.ended).code, CODE.OK);
      assert.deepEqual(waiting.messages.map(({ status }) => status), [2]);
      assert.equal(clock.sleepers(), 0);
    }
    health.close();
    await server.stop();
  });
}
