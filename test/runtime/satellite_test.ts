import assert from "node:assert/strict";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { WIRE_STATUS } from "../../src/wire/health.ts";
import { eventually } from "../support/eventually.ts";
import { startGrpcJsUpstream } from "../support/grpc-js-upstream.ts";
import type { RunningRollcall } from "../support/rollcall.ts";
import { startOnDeno } from "../support/rollcall-deno.ts";
import { startOnWorkerd } from "../support/rollcall-workerd.ts";
import { PUSH_TOKEN } from "../support/tellers.ts";
import { startUpstream } from "../support/upstream.ts";

const { SERVING, NOT_SERVING, UNKNOWN } = WIRE_STATUS;

/** A clock nobody can move: short ages, so that the whole takes seconds. */
const AGES = { TTL_MS: "200", STALE_MS: "400" };

/** A satellite in a private cluster: a process that opens no port to the edge, and asks what only it can reach. */
function startSatellite(edge: RunningRollcall, name: string, upstreams: readonly object[]) {
  const pushed = { PUSH_TO: edge.url, PUSH_AS: name, PUSH_TOKEN, PUSH_EVERY_MS: "1000" };
  return startOnDeno({ upstreams, vars: { ...AGES, ...pushed, REFRESH_EVERY_MS: "200" } });
}

/** What the edge says of names, by number, and of its whole fleet. */
async function seen(edge: RunningRollcall, names: readonly string[]) {
  const health = createClient(Health, createGrpcWebTransport({ baseUrl: edge.url }));
  const statuses = await Promise.all(
    names.map((service) => health.check({ service }).then(({ status }) => status, () => "not served")),
  );
  return { statuses, dryRun: (await fetch(`${edge.url}/dry_run`)).status };
}

Deno.test("a private upstream that only a satellite reaches goes down and comes back at the edge; a satellite that is killed is UNKNOWN within its time", async () => {
  await using direct = await startUpstream();
  const checkout = await startGrpcJsUpstream({ services: { "": "SERVING", "acme.Pay": "SERVING" } });
  await using search = await startGrpcJsUpstream();
  await using edge = await startOnWorkerd({
    upstreams: [
      { name: "direct", url: direct.url, protocol: "grpc-web" },
      { name: "eu", protocol: "satellite", ttlMs: 3_000 },
      { name: "us", protocol: "satellite", ttlMs: 3_000 },
    ],
    groups: { checkout: { members: ["eu/checkout", "direct"], policy: "any" } },
    vars: { ...AGES, PUSH_TOKEN },
  });
  const names = ["eu/checkout", "eu/checkout/acme.Pay", "eu", "us/search", "us", "direct", "checkout"];
  const expected = async (statuses: readonly (number | string)[], dryRun: number) => {
    const wanted = JSON.stringify({ statuses, dryRun });
    let last = "";
    await eventually(async () => {
      last = JSON.stringify(await seen(edge, names));
      return last === wanted || undefined;
    }, () => `the edge says ${last}, not ${wanted}; its log is\n${edge.log().slice(-2_000)}`);
  };

  await expected(["not served", "not served", UNKNOWN, "not served", UNKNOWN, SERVING, SERVING], 503);
  const private_ = [{ name: "checkout", url: checkout.url, services: ["", "acme.Pay"] }];
  await using eu = await startSatellite(edge, "eu", private_);
  await using us = await startSatellite(edge, "us", [{ name: "search", url: search.url }]);
  await expected([SERVING, SERVING, SERVING, SERVING, SERVING, SERVING, SERVING], 200);

  await checkout.close();
  await expected([NOT_SERVING, NOT_SERVING, NOT_SERVING, SERVING, SERVING, SERVING, SERVING], 503);
  const { culprits } = await (await fetch(`${edge.url}/health`)).json();
  assert.deepEqual(culprits, ["eu/checkout", "eu/checkout/acme.Pay"]);
  const told = await (await fetch(`${edge.url}/dry_run`)).text();
  assert.match(told, /Communication error with deployment eu\/checkout at address\(es\) \{'eu'\}/);
  assert.ok(!told.includes(String(checkout.port)));

  await using back = await startGrpcJsUpstream({
    services: { "": "SERVING", "acme.Pay": "SERVING" },
    port: checkout.port,
  });
  await expected([SERVING, SERVING, SERVING, SERVING, SERVING, SERVING, SERVING], 200);
  back.setStatus("acme.Pay", "NOT_SERVING");
  await expected([NOT_SERVING, NOT_SERVING, NOT_SERVING, SERVING, SERVING, SERVING, SERVING], 503);
  back.setStatus("acme.Pay", "SERVING");
  await expected([SERVING, SERVING, SERVING, SERVING, SERVING, SERVING, SERVING], 200);

  await eu.kill();
  await expected([UNKNOWN, UNKNOWN, UNKNOWN, SERVING, SERVING, SERVING, SERVING], 503);
  await eu.restart();
  await expected([SERVING, SERVING, SERVING, SERVING, SERVING, SERVING, SERVING], 200);
  assert.deepEqual(us.entries("push").map(({ as, state }) => [as, state]), [["us", "accepted"]]);
});

Deno.test("a satellite whose token is wrong says so once, in words that name no address, and changes nothing", async () => {
  await using edge = await startOnWorkerd({ upstreams: [{ name: "eu", protocol: "satellite" }], vars: { PUSH_TOKEN } });
  const pushed = { PUSH_TO: edge.url, PUSH_AS: "eu", PUSH_TOKEN: "another-token-of-tests", PUSH_EVERY_MS: "1000" };
  await using satellite = await startOnDeno({ vars: pushed });
  const entry = await eventually(() => satellite.entries("push")[0], () => "it said nothing");
  assert.equal(entry["state"], "failing");
  assert.match(String(entry["error"]), /^unauthenticated: /);
  assert.ok(!String(entry["error"]).includes("127.0.0.1"));
  assert.deepEqual((await seen(edge, ["eu"])).statuses, [UNKNOWN]);
});
