import assert from "node:assert/strict";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { WIRE_STATUS } from "../../src/wire/health.ts";
import { eventually } from "../support/eventually.ts";
import { startOnDeno } from "../support/rollcall-deno.ts";
import { startUpstream } from "../support/upstream.ts";
import { runtimeSuite } from "./suite.ts";

runtimeSuite("Deno", (options) => startOnDeno(options));

Deno.test("Deno: REFRESH_EVERY_MS refreshes the snapshot with nobody asking", async () => {
  await using upstream = await startUpstream();
  await using rollcall = await startOnDeno({
    upstreams: [{ name: "a", url: upstream.url }],
    vars: { REFRESH_EVERY_MS: "200", TTL_MS: "100", STALE_MS: "60000" },
  });
  await eventually(() => rollcall.entries("refresh")[2], () => `there are no three refreshes in\n${rollcall.log()}`);
  assert.ok(upstream.requests() >= 3);
});

Deno.test("Deno: SIGTERM ends open Watch streams with OK, and the process with 0", async () => {
  await using upstream = await startUpstream();
  await using rollcall = await startOnDeno({ upstreams: [{ name: "a", url: upstream.url }] });
  const client = createClient(Health, createGrpcWebTransport({ baseUrl: rollcall.url }));
  const startedMs = Date.now();
  let exit: Promise<number> | undefined;
  const seen: number[] = [];
  for await (const { status } of client.watch({ service: "a" })) {
    seen.push(status);
    exit = rollcall.terminate();
  }
  assert.deepEqual(seen, [WIRE_STATUS.SERVING]);
  assert.equal(await exit, 0);
  assert.ok(Date.now() - startedMs < 5_000, "it took its time");
});

Deno.test("Deno: a process out of file descriptors calls nobody dead for it, and serves again when it has some", async () => {
  await using upstream = await startUpstream();
  const vars = { TTL_MS: "100", STALE_MS: "200", REFRESH_EVERY_MS: "100" };
  await using rollcall = await startOnDeno({ upstreams: [{ name: "a", url: upstream.url }], vars }, 120);
  const { hostname, port } = new URL(rollcall.url);
  const strangers: Deno.Conn[] = [];
  const stranger = () =>
    Deno.connect({ hostname, port: Number(port) }).then((connection) => strangers.push(connection), () => 0);
  while (await stranger()); // Until the listener, which can accept no more, has gone.
  await eventually(() => rollcall.entries("listener-error")[0], () => `the listener held:\n${rollcall.log()}`);
  for (const stranger of strangers) stranger.close();
  const answer = await eventually(() => fetch(`${rollcall.url}/dry_run`).catch(() => undefined), rollcall.log);
  assert.equal(answer.status, 200);
  for (const { notServing } of rollcall.entries("refresh")) assert.deepEqual(notServing, []);
});

Deno.test("Deno: the start banner says where it listens and whom it watches", async () => {
  await using upstream = await startUpstream();
  await using rollcall = await startOnDeno({ upstreams: [{ name: "a", url: upstream.url }] });
  const [entry] = rollcall.entries("listening");
  assert.deepEqual(entry, {
    event: "listening",
    url: rollcall.url,
    upstreams: [{ name: "a", url: upstream.url, protocol: "auto" }],
    groups: [],
    problems: 0,
  });
});
