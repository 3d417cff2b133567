import { status as CODE } from "@grpc/grpc-js";
import assert from "node:assert/strict";
import { RegistryService } from "../../src/gen/rollcall/v1/registry_pb.ts";
import { administered } from "../support/administered.ts";
import { grpcJsClient } from "../support/grpc-js-client.ts";
import { serve } from "../support/grpc-server.ts";
import { reportOn } from "../support/reports.ts";

const ADMIN_TOKEN = "the-admin-token";
const ADMIN = { metadata: { authorization: `Bearer ${ADMIN_TOKEN}` } };
const { applyRegistry, getRegistry } = RegistryService.method;

Deno.test("a registry of a thousand upstreams is applied and got over native gRPC", async () => {
  const { registryWriter, fleet } = administered();
  await using server = await serve(reportOn([]), { adminToken: ADMIN_TOKEN, registryWriter });
  using client = grpcJsClient(server.port);
  const upstreams = Array.from({ length: 1_000 }, (_, at) => ({
    name: `upstream-${at}`,
    url: `https://upstream-${at}.acme.com`,
    services: ["", `acme.Service${at}`],
    headers: { authorization: "a header value that is as long as they are wont to be, and longer than the rest of it" },
  }));
  const applied = client.call(applyRegistry, { registry: { upstreams } }, ADMIN);
  assert.equal((await applied.ended).code, CODE.OK);
  assert.equal(applied.messages[0]?.version, 1);
  assert.equal(fleet().registry.upstreams.length, 1_000);
  const got = client.call(getRegistry, {}, ADMIN);
  assert.equal((await got.ended).code, CODE.OK);
  assert.deepEqual(got.messages[0]?.registry, { upstreams });
});

Deno.test("native gRPC refuses strangers, other tokens and what is too long as the other protocols do", async () => {
  const { registryWriter } = administered();
  const tokens = { adminToken: ADMIN_TOKEN, pushToken: "the-push-token" };
  await using server = await serve(reportOn([]), { ...tokens, registryWriter });
  using client = grpcJsClient(server.port);
  const long = { registry: { x: "x".repeat(1_048_576) } };
  const codeOf = async (message: object, metadata: Record<string, string>) =>
    (await client.call(applyRegistry, message, { metadata }).ended).code;
  assert.equal(await codeOf({}, {}), CODE.UNAUTHENTICATED);
  assert.equal(await codeOf(long, {}), CODE.UNAUTHENTICATED);
  assert.equal(await codeOf({}, { authorization: "Bearer the-push-token" }), CODE.PERMISSION_DENIED);
  assert.equal(await codeOf(long, ADMIN.metadata), CODE.RESOURCE_EXHAUSTED);
  assert.equal(await codeOf({ expectedVersion: 3 }, ADMIN.metadata), CODE.ABORTED);
});
