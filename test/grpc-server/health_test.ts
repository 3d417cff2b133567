import { status as CODE } from "@grpc/grpc-js";
import assert from "node:assert/strict";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { JinaGatewayDryRunRPC } from "../../src/gen/jina/jina_pb.ts";
import type { Load, LoadOptions } from "../../src/core/report.ts";
import { grpcJsClient } from "../support/grpc-js-client.ts";
import { serve } from "../support/grpc-server.ts";
import { answered, failed, reportOn } from "../support/reports.ts";
import { READ_TOKEN } from "../support/surfaces.ts";

const { check, list, watch } = Health.method;
const dryRun = JinaGatewayDryRunRPC.method.dry_run;

const report = reportOn([
  { name: "up", services: ["", "acme.Ünïcode"], state: answered("SERVING") },
  { name: "down", state: failed("unavailable") },
  { name: "odd", state: answered("UNKNOWN") },
]);

/** What the loads of a server were asked. */
function listening(): { readonly asked: LoadOptions[]; readonly load: Load } {
  const asked: LoadOptions[] = [];
  return {
    asked,
    load: (options = {}) => {
      asked.push(options);
      return Promise.resolve(report);
    },
  };
}

Deno.test("Check answers every name over native gRPC as its verdict is", async () => {
  await using server = await serve(report);
  using client = grpcJsClient(server.port);
  const statuses: Record<string, number | undefined> = {};
  for (const service of ["", "up", "acme.Ünïcode", "down", "odd", "liveness"]) {
    const call = client.call(check, { service });
    assert.equal((await call.ended).code, CODE.OK, service);
    statuses[service] = call.messages[0]?.status;
  }
  assert.deepEqual(statuses, { "": 2, "up": 1, "acme.Ünïcode": 1, "down": 2, "odd": 0, "liveness": 1 });
});

Deno.test("Check of a name that is not served is NOT_FOUND, in the words of the other protocols", async () => {
  await using server = await serve(report);
  using client = grpcJsClient(server.port);
  const { code, details } = await client.call(check, { service: "nobody" }).ended;
  assert.deepEqual([code, details], [CODE.NOT_FOUND, 'unknown service "nobody"']);
});

Deno.test("List and dry_run answer over native gRPC", async () => {
  await using server = await serve(report);
  using client = grpcJsClient(server.port);
  const listed = client.call(list, {});
  assert.equal((await listed.ended).code, CODE.OK);
  assert.deepEqual(Object.keys(listed.messages[0]?.statuses ?? {}).sort(), ["", "acme.Ünïcode", "down", "odd", "up"]);
  const ran = client.call(dryRun, {});
  assert.equal((await ran.ended).code, CODE.OK);
  assert.match(ran.messages[0]?.description ?? "", /deployment down at address\(es\) \{'down'\}/);
});

Deno.test("List of too many names is RESOURCE_EXHAUSTED", async () => {
  await using server = await serve(report, { listMax: 2 });
  using client = grpcJsClient(server.port);
  assert.equal((await client.call(list, {}).ended).code, CODE.RESOURCE_EXHAUSTED);
});

Deno.test("the read token unlocks detail, and a wrong one is UNAUTHENTICATED", async () => {
  await using server = await serve(report);
  using client = grpcJsClient(server.port);
  const trusted = client.call(dryRun, {}, { metadata: { authorization: `Bearer ${READ_TOKEN}` } });
  await trusted.ended;
  assert.match(trusted.messages[0]?.description ?? "", /down\.internal\.example:8443/);
  const wrong = { metadata: { authorization: "Bearer not-the-read-token" } };
  for (const call of [client.call(check, {}, wrong), client.call(list, {}, wrong), client.call(dryRun, {}, wrong)]) {
    assert.equal((await call.ended).code, CODE.UNAUTHENTICATED);
    assert.deepEqual(call.messages, []);
  }
});

Deno.test("the caller's time, hops and no-cache reach the load", async () => {
  const { asked, load } = listening();
  await using server = await serve(load);
  using client = grpcJsClient(server.port);
  const metadata = { "rollcall-hops": "2", "cache-control": "no-cache" };
  await client.call(check, { service: "up" }, { metadata }).ended;
  await client.call(check, { service: "up" }, { deadlineMs: 3_000 }).ended;
  assert.deepEqual([asked[0]?.hops, asked[0]?.isForced], [2, true]);
  const deadlineMs = asked[1]?.deadlineMs ?? 0;
  assert.ok(deadlineMs > 0 && deadlineMs <= 3_000, `${deadlineMs} ms`);
});

Deno.test("a timeout that nobody can read is INVALID_ARGUMENT, one that no timer can hold is none", async () => {
  await using server = await serve(report);
  using client = grpcJsClient(server.port);
  const codeOf = async (timeout: string) =>
    (await client.call(check, { service: "up" }, { metadata: { "grpc-timeout": timeout } }).ended).code;
  assert.equal(await codeOf("soon"), CODE.INVALID_ARGUMENT);
  assert.equal(await codeOf("99999999H"), CODE.OK);
});

Deno.test("Watch sends the status at once and each change, and ends with the caller's deadline", async () => {
  let service = reportOn([{ name: "a", state: answered("SERVING") }]);
  const ticks: (() => void)[] = [];
  const sleep = (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      ticks.push(resolve);
      signal?.addEventListener("abort", () => resolve());
    });
  await using server = await serve(() => Promise.resolve(service), { sleep });
  using client = grpcJsClient(server.port);
  const watching = client.call(watch, { service: "a" });
  await until(() => watching.messages.length === 1);
  service = reportOn([{ name: "a", state: answered("NOT_SERVING") }]);
  for (const tick of ticks) tick();
  await until(() => watching.messages.length === 2);
  assert.deepEqual(watching.messages.map(({ status }) => status), [1, 2]);
  watching.cancel();
  assert.equal((await watching.ended).code, CODE.CANCELLED);
  const short = client.call(watch, { service: "a" }, { deadlineMs: 50 });
  assert.equal((await short.ended).code, CODE.DEADLINE_EXCEEDED);
});

Deno.test("Watch of a caller that has gone wakes at once, and asks no more", async () => {
  const { asked, load } = listening();
  const woken = Promise.withResolvers<void>();
  const sleep = (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      signal?.addEventListener("abort", () => {
        resolve();
        woken.resolve();
      });
    });
  await using server = await serve(load, { sleep });
  using client = grpcJsClient(server.port);
  const watching = client.call(watch, { service: "up" });
  await until(() => watching.messages.length === 1);
  watching.cancel();
  await woken.promise;
  assert.equal(asked.length, 1);
});

Deno.test("a request above 64 KiB is RESOURCE_EXHAUSTED, and the connection goes on", async () => {
  await using server = await serve(report);
  using client = grpcJsClient(server.port);
  for (const bytes of [65_536, 70_000, 2_000_000]) {
    const { code } = await client.call(check, { service: "a".repeat(bytes) }).ended;
    assert.equal(code, CODE.RESOURCE_EXHAUSTED, `${bytes} bytes`);
    assert.equal((await client.call(check, { service: "up" }).ended).code, CODE.OK);
  }
});

Deno.test("compressed requests are UNIMPLEMENTED, as gRPC says", async () => {
  await using server = await serve(report);
  using client = grpcJsClient(server.port, undefined, { "grpc.default_compression_algorithm": 2 });
  const { code, details } = await client.call(check, { service: "up" }).ended;
  assert.equal(code, CODE.UNIMPLEMENTED);
  assert.match(details, /gzip/);
});

/** Wait, by turns of the event loop, for what a test knows must come. */
async function until(isThere: () => boolean): Promise<void> {
  while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 1));
}
