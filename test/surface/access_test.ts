import { Code, ConnectError, createClient } from "@connectrpc/connect";
import assert from "node:assert/strict";
import { MaintenanceService } from "../../src/gen/rollcall/v1/maintenance_pb.ts";
import { RegistryService } from "../../src/gen/rollcall/v1/registry_pb.ts";
import { StatusService } from "../../src/gen/rollcall/v1/status_pb.ts";
import { createCallerReader } from "../../src/surface/caller.ts";
import { BODY_MAX_BYTES, WRITTEN_MAX_BYTES } from "../../src/surface/read-body.ts";
import { createRoutes, type SurfaceSettings } from "../../src/surface/routes.ts";
import { administered } from "../support/administered.ts";
import { transports } from "../support/clients.ts";
import { answered, fixedLoad, reportOn } from "../support/reports.ts";
import { READ_TOKEN, settings, surfaces } from "../support/surfaces.ts";

const report = reportOn([{ name: "checkout", state: answered("SERVING") }]);
const ADMIN_TOKEN = "the-admin-token";
const PUSH_TOKEN = "the-push-token";
const TOKENS = { adminToken: ADMIN_TOKEN, pushToken: PUSH_TOKEN };

/** Every RPC that writes, by the token it needs. */
const METHODS = [RegistryService, MaintenanceService, StatusService].flatMap((service) =>
  service.methods.map((method) => ({
    path: `/${service.typeName}/${method.name}`,
    isPush: service === (StatusService as typeof service),
  }))
);

async function call(path: string, token: string | undefined, more: Partial<SurfaceSettings>) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const headers = { "content-type": "application/json", ...authorization };
  const answer = await surfaces(report, more)(path, { method: "POST", headers, body: "{}" });
  const { code, message } = await answer.json();
  return { code, message, challenge: answer.headers.get("www-authenticate") };
}

Deno.test("every RPC that writes is there and refuses everybody where no token opens it, and says which to set", async () => {
  for (const { path, isPush } of METHODS) {
    for (const token of [undefined, READ_TOKEN, "wrong", ...isPush ? [] : [PUSH_TOKEN]]) {
      const { code, message } = await call(path, token, isPush ? {} : { pushToken: PUSH_TOKEN });
      assert.equal(code, "failed_precondition", path);
      const variable = isPush ? "PUSH_TOKEN" : "ADMIN_TOKEN";
      assert.match(
        message,
        new RegExp(`the Rollcall has no ${variable}; set one there .*wrangler secret put ${variable}`),
      );
    }
  }
});

Deno.test("every RPC that writes refuses strangers with a challenge, and other tokens than its own", async () => {
  for (const { path, isPush } of METHODS) {
    for (const token of [undefined, "", "wrong", ADMIN_TOKEN.slice(1), `${PUSH_TOKEN}x`]) {
      const { code, message, challenge } = await call(path, token, TOKENS);
      assert.deepEqual([code, challenge], ["unauthenticated", 'Bearer realm="rollcall"'], `${path} ${token}`);
      assert.doesNotMatch(message, /the-/);
    }
    for (const token of [READ_TOKEN, ...isPush ? [] : [PUSH_TOKEN]]) {
      assert.equal((await call(path, token, TOKENS)).code, "permission_denied", `${path} ${token}`);
    }
  }
});

Deno.test("every RPC that writes tells who may call it what is missing where nothing can be kept", async () => {
  for (const { path, isPush } of METHODS) {
    for (const token of [ADMIN_TOKEN, ...isPush ? [PUSH_TOKEN] : []]) {
      const { code, message } = await call(path, token, TOKENS);
      assert.equal(code, "failed_precondition", path);
      for (
        const line of ["[[durable_objects.bindings]]", 'name = "AUTHORITY"', "[[migrations]]", "new_sqlite_classes"]
      ) {
        assert.ok(message.includes(line), message);
      }
    }
  }
});

Deno.test("a caller's token tells its role, on reading surfaces too", async () => {
  const read = createCallerReader({ readToken: READ_TOKEN, ...TOKENS });
  const roleOf = (token: string) => {
    const reading = read(new Request("http://rollcall.test/", { headers: { authorization: `Bearer ${token}` } }));
    return reading.kind === "caller" ? [reading.caller.role, reading.caller.isTrusted] : reading.refusal.reason;
  };
  assert.deepEqual(roleOf(READ_TOKEN), ["reader", true]);
  assert.deepEqual(roleOf(ADMIN_TOKEN), ["admin", true]);
  assert.deepEqual(roleOf(PUSH_TOKEN), ["pusher", false]);
  assert.equal(roleOf("wrong"), "bad_token");

  const app = createRoutes(settings({ ...TOKENS, readToken: undefined }));
  const { load } = fixedLoad(report);
  for (const [token, isShown] of [[ADMIN_TOKEN, true], [PUSH_TOKEN, false], ["wrong", false]] as const) {
    const answer = await app.request("/health", { headers: { authorization: `Bearer ${token}` } }, { load });
    assert.equal(answer.status, 200);
    assert.equal((await answer.text()).includes("https://checkout"), isShown, token);
  }
});

Deno.test("an RPC that writes names a timeout that cannot be read, and not a token, to who may call it", async () => {
  const headers = {
    "content-type": "application/json",
    authorization: `Bearer ${ADMIN_TOKEN}`,
    "grpc-timeout": "soon",
  };
  const path = `/${RegistryService.typeName}/GetRegistry`;
  const answer = await surfaces(report, TOKENS)(path, { method: "POST", headers, body: "{}" });
  assert.equal((await answer.json()).code, "invalid_argument");
});

Deno.test("who may write may send a large body, and nobody else", async () => {
  const { registryWriter } = administered();
  const ask = surfaces(fixedLoad(report).load, { ...TOKENS, registryWriter });
  const body = (bytes: number) => JSON.stringify({ registry: { x: "x".repeat(bytes - 21) } });
  const codeOf = async (bytes: number, token: string) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    const path = `/${RegistryService.typeName}/ApplyRegistry`;
    return (await (await ask(path, { method: "POST", headers, body: body(bytes) })).json()).code;
  };
  assert.equal(body(100).length, 100);
  assert.equal(await codeOf(WRITTEN_MAX_BYTES, ADMIN_TOKEN), "invalid_argument");
  assert.equal(await codeOf(WRITTEN_MAX_BYTES + 1, ADMIN_TOKEN), "resource_exhausted");
  assert.equal(await codeOf(BODY_MAX_BYTES + 1, "wrong"), "unauthenticated");
  const check = await ask("/grpc.health.v1.Health/Check", {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${ADMIN_TOKEN}` },
    body: body(BODY_MAX_BYTES + 1),
  });
  assert.equal((await check.json()).code, "resource_exhausted");
});

Deno.test("a stranger's endless body to an RPC that writes is cut off soon, and a challenge the answer", async () => {
  let bytes = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      bytes += 16_384;
      controller.enqueue(new Uint8Array(16_384));
    },
  });
  for (const [, transport] of Object.entries(transports(surfaces(report, TOKENS)))) {
    const client = createClient(RegistryService, transport);
    const error = ConnectError.from(await client.getRegistry({}).catch((reason) => reason));
    assert.equal(error.code, Code.Unauthenticated);
  }
  const headers = { "content-type": "application/proto" };
  const path = `/${RegistryService.typeName}/ApplyRegistry`;
  const answer = await surfaces(report, TOKENS)(path, { method: "POST", headers, body: stream });
  assert.equal((await answer.json()).code, "unauthenticated");
  assert.ok(bytes <= BODY_MAX_BYTES + 4 * 16_384, `${bytes} bytes taken`);
});
