import assert from "node:assert/strict";
import { createHealth, createStatus } from "../../src/embed.ts";
import { eventually } from "../support/eventually.ts";
import { createTestClock } from "../support/test-clock.ts";
import { ASKERS } from "./askers.ts";
import { SERVERS } from "./servers.ts";

const PAIRS = SERVERS.flatMap((server) =>
  ASKERS.filter(({ protocol }) => protocol === server.protocol).map((asker) => ({ server, asker }))
);

for (const { server, asker } of PAIRS) {
  Deno.test(`createHealth() in ${server.name} answers ${asker.name}`, async (t) => {
    const clock = createTestClock();
    const database = createStatus(true);
    const health = createHealth({
      clock,
      checks: {
        "acme.FooService": [() => true, database],
        "acme.BarService": [() => Promise.reject(new Error("secret of the log"))],
        "acme.OddService": [() => undefined],
      },
      overall: [database],
      onError: () => {},
    });
    const { port, stop } = await server.start(health);
    const client = asker.start(port);

    /** Watch until it ends, or until this many statuses were told, and leave then. */
    async function watched(service: string, count: number, onStatus: (status: string) => void = () => {}) {
      const leaving = new AbortController();
      const told: string[] = [];
      try {
        for await (const status of client.watch(service, leaving.signal)) {
          told.push(status);
          onStatus(status);
          if (told.length === count) leaving.abort();
        }
      } catch (error) {
        if (!leaving.signal.aborted) throw error;
      }
      return told;
    }

    await t.step("G10, P1-P3: Check of known names is OK whatever their status, of others NOT_FOUND", async () => {
      assert.equal(await client.check(""), "SERVING");
      assert.equal(await client.check("acme.FooService"), "SERVING");
      assert.equal(await client.check("acme.BarService"), "NOT_SERVING");
      assert.equal(await client.check("acme.OddService"), "UNKNOWN");
      assert.equal(await client.check("acme.Nobody"), "not_found");
    });

    await t.step("P6: List tells every name, and is RESOURCE_EXHAUSTED beyond 100", async () => {
      if (client.list === undefined) return;
      assert.deepEqual(await client.list(), {
        "": "SERVING",
        "acme.BarService": "NOT_SERVING",
        "acme.FooService": "SERVING",
        "acme.OddService": "UNKNOWN",
      });
      const more = Array.from({ length: 97 }, (_, at) => `acme.More${at}`);
      for (const name of more.slice(1)) health.set(name, "SERVING");
      assert.equal(Object.keys(await client.list()).length, 100);
      health.set("acme.More0", "SERVING");
      assert.equal(await client.list(), "resource_exhausted");
      for (const name of more) health.set(name, "SERVICE_UNKNOWN");
    });

    await t.step("S3, S4, P4, P5: Watch tells changes only, of a name that appears later too", async () => {
      const told = await watched("acme.Late", 4, (status) => {
        if (status === "SERVICE_UNKNOWN") health.set("acme.Late", "SERVING");
        if (status === "SERVING") {
          health.set("acme.Late", "SERVING");
          health.set("acme.Late", "NOT_SERVING");
        }
        if (status === "NOT_SERVING") health.set("acme.Late", "UNKNOWN");
      });
      assert.deepEqual(told, ["SERVICE_UNKNOWN", "SERVING", "NOT_SERVING", "UNKNOWN"]);
    });

    await t.step("S5: the last of a burst is told", async () => {
      const told = await watched("", 2, () => {
        for (let set = 0; set < 1_000; set++) database.set(set % 2 === 0);
      });
      assert.deepEqual(told, ["SERVING", "NOT_SERVING"]);
    });

    await t.step("S6: a client that has left leaves no timer behind", async () => {
      await watched("acme.FooService", 1);
      await eventually(() => clock.sleepers() === 0 || undefined, () => `${clock.sleepers()} timers`);
    });

    await t.step("close() tells NOT_SERVING and ends Watches, so that the server can stop", async () => {
      database.set(true);
      const leaving = new AbortController();
      const told: string[] = [];
      for await (const status of client.watch("", leaving.signal)) {
        told.push(status);
        if (status === "SERVING") health.close();
        // Ours opens another Watch, as the protocol says.
        if (asker.name === "our client" && status === "NOT_SERVING") leaving.abort();
      }
      assert.deepEqual(told, ["SERVING", "NOT_SERVING"]);
      client.close();
      await stop();
    });
  });
}
