import assert from "node:assert/strict";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { INVALID } from "../../../src/fleet/source.ts";
import { WIRE_STATUS } from "../../../src/wire/health.ts";
import { ADMIN_TOKEN, adminClients } from "../../support/admin-clients.ts";
import { refusedUrl } from "../../support/fault-server.ts";
import type { RunningRollcall, StartRollcall } from "../../support/rollcall.ts";
import { startUpstream } from "../../support/upstream.ts";

const vars = { ADMIN_TOKEN };
const HOUR_MS = 3_600_000;

/** The fleet changes without a deploy, and each answer after a change has it. */
export function registrySuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: what is registered counts in the very next verdict, and what is removed no longer does`, async () => {
    await using upstream = await startUpstream();
    const gone = await refusedUrl();
    await using rollcall = await start({ upstreams: [{ name: "a", url: upstream.url, protocol: "grpc-web" }], vars });
    const { registry } = adminClients(rollcall.url);
    assert.equal(await dryRun(rollcall), 200);
    await registry.registerUpstream({ upstream: { name: "b", url: gone, protocol: "grpc-web" } });
    assert.equal(await dryRun(rollcall), 503);
    assert.equal(await check(rollcall, "b"), "NOT_SERVING");
    await registry.deregisterUpstream({ name: "b" });
    assert.equal(await dryRun(rollcall), 200);
    assert.equal(await check(rollcall, "b"), "not_found");
    await registry.registerUpstream({ upstream: { name: "b", url: upstream.url, protocol: "grpc-web" } });
    assert.equal(await dryRun(rollcall), 200);
    assert.equal(await check(rollcall, "b"), "SERVING");
    assert.deepEqual(rollcall.entries("registry").map(({ version, added, removed }) => [version, added, removed]), [
      [1, ["b"], []],
      [2, [], ["b"]],
      [3, ["b"], []],
    ]);
    assert.ok(!rollcall.entries("registry").some((entry) => JSON.stringify(entry).includes("127.0.0.1")));
  });

  Deno.test(`${platform}: what is deployed wins over what was written, and that is said`, async () => {
    await using upstream = await startUpstream();
    const gone = await refusedUrl();
    await using rollcall = await start({ upstreams: [{ name: "a", url: upstream.url, protocol: "grpc-web" }], vars });
    const { registry } = adminClients(rollcall.url);
    const { warnings } = await registry.applyRegistry({ registry: { upstreams: [{ name: "a", url: gone }] } });
    assert.match(warnings.join(), /^upstream "a" is left out: "a" is deployed, and what is deployed wins/);
    assert.equal(await dryRun(rollcall), 200);
    assert.deepEqual((await registry.getRegistry({})).warnings, warnings);
    const refused = ConnectError.from(
      await registry.registerUpstream({ upstream: { name: "a", url: gone } }).catch(itself),
    );
    assert.equal(refused.code, Code.AlreadyExists);
  });

  Deno.test(`${platform}: a preview asks the candidate's upstreams, and stores nothing`, async () => {
    await using upstream = await startUpstream();
    const gone = await refusedUrl();
    await using rollcall = await start({ upstreams: [{ name: "a", url: upstream.url, protocol: "grpc-web" }], vars });
    const { registry } = adminClients(rollcall.url);
    const candidate = {
      upstreams: [{ name: "b", url: gone, protocol: "grpc-web" }, {
        name: "c",
        url: upstream.url,
        protocol: "connect",
      }],
      groups: { eu: { members: ["a", "b"], policy: "any" } },
    };
    const seen = await registry.preview({ registry: candidate });
    assert.deepEqual(seen.names.map(({ name, status, cause }) => [name, status, cause]), [
      ["a", WIRE_STATUS.SERVING, ""],
      ["b", WIRE_STATUS.NOT_SERVING, "unavailable"],
      ["c", WIRE_STATUS.SERVING, ""],
      ["eu", WIRE_STATUS.SERVING, ""],
      ["", WIRE_STATUS.NOT_SERVING, "unavailable"],
    ]);
    assert.equal(seen.status, WIRE_STATUS.NOT_SERVING);
    assert.deepEqual(seen.diff?.added, ["b", "c", 'group "eu"']);
    assert.deepEqual([seen.cost?.probesPerRefresh, seen.cost?.probesPerMinute], [3, 12]);
    for (const name of ["b", "eu"]) assert.equal(await check(rollcall, name), "not_found");
    assert.equal(await dryRun(rollcall), 200);
    await rollcall.restart();
    assert.equal((await adminClients(rollcall.url).registry.getRegistry({})).version, 0);
    assert.deepEqual(rollcall.entries("registry"), []);
  });

  Deno.test(`${platform}: who is in maintenance does not count until it is ended, and a restart forgets nothing`, async () => {
    await using upstream = await startUpstream();
    const gone = await refusedUrl();
    await using rollcall = await start({ upstreams: [{ name: "a", url: upstream.url, protocol: "grpc-web" }], vars });
    const { registry, maintenance } = adminClients(rollcall.url);
    await registry.registerUpstream({ upstream: { name: "b", url: gone, protocol: "grpc-web" } });
    assert.equal(await dryRun(rollcall), 503);
    const until = timestampFromMs(Date.now() + HOUR_MS);
    const { window } = await maintenance.scheduleMaintenance({ name: "b", until, reason: "new disk" });
    assert.equal(await dryRun(rollcall), 200);
    await rollcall.restart();
    const again = adminClients(rollcall.url);
    assert.equal(await dryRun(rollcall), 200);
    assert.deepEqual((await again.maintenance.listMaintenance({})).windows, window === undefined ? [] : [window]);
    assert.equal((await again.registry.getRegistry({})).version, 1);
    await again.maintenance.endMaintenance({ id: window?.id ?? "" });
    assert.equal(await dryRun(rollcall), 503);
    assert.deepEqual(rollcall.entries("maintenance").map(({ action, name }) => [action, name]), [
      ["scheduled", "b"],
      ["ended", "b"],
    ]);
  });

  Deno.test(`${platform}: what was written stays in force when the token to write by is taken away`, async () => {
    await using upstream = await startUpstream();
    const gone = await refusedUrl();
    await using rollcall = await start({ upstreams: [{ name: "a", url: upstream.url, protocol: "grpc-web" }], vars });
    const { registry } = adminClients(rollcall.url);
    await registry.registerUpstream({ upstream: { name: "b", url: gone, protocol: "grpc-web" } });
    await rollcall.restart({});
    assert.equal(await dryRun(rollcall), 503);
    assert.equal(await check(rollcall, "b"), "NOT_SERVING");
    const refused = await adminClients(rollcall.url).registry.getRegistry({}).catch(itself);
    assert.equal(ConnectError.from(refused).code, Code.FailedPrecondition);
  });

  Deno.test(`${platform}: a written registry that a deployment has broken is UNKNOWN, is told, and is mended without another`, async () => {
    await using upstream = await startUpstream();
    const secret = { UPSTREAM_B: "a-secret-of-a-test" };
    const a = { name: "a", url: upstream.url, protocol: "grpc-web" };
    const b = { ...a, name: "b", headers: { authorization: "secret:UPSTREAM_B" } };
    await using rollcall = await start({ upstreams: [a], vars: { ...vars, ...secret } });
    await adminClients(rollcall.url).registry.registerUpstream({ upstream: b });
    assert.equal(await check(rollcall, "b"), "SERVING");
    await rollcall.restart(vars);
    const why = /upstreams\[0\]\.headers\.authorization .* the secret UPSTREAM_B is not set/;
    for (const name of ["a", "b"]) assert.equal(await check(rollcall, name), "UNKNOWN");
    const health = await fetch(`${rollcall.url}/health`);
    assert.equal(health.status, 503);
    assert.deepEqual((await health.json()).problems, [INVALID]);
    assert.equal(await description(rollcall), `|Gateway: ${INVALID}`);
    assert.match(String(rollcall.entries("registry-error")[0]?.["problem"]), why);
    const { registry } = adminClients(rollcall.url);
    assert.match((await registry.getRegistry({})).warnings.join(), why);
    await registry.applyRegistry({ registry: { upstreams: [{ ...b, headers: {} }] }, expectedVersion: 1 });
    for (const name of ["a", "b", ""]) assert.equal(await check(rollcall, name), "SERVING");
  });

  Deno.test(`${platform}: strangers, and who may only read, write nothing`, async () => {
    const READ_TOKEN = "a-read-token-of-a-test";
    await using rollcall = await start({ vars: { ...vars, READ_TOKEN } });
    const codeOf = async (token: string | undefined) => {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(`${rollcall.url}/rollcall.v1.RegistryService/ApplyRegistry`, {
        method: "POST",
        headers: { "content-type": "application/json", ...authorization },
        body: "{}",
      });
      return [response.status, (await response.json()).code];
    };
    assert.deepEqual(await codeOf(undefined), [401, "unauthenticated"]);
    assert.deepEqual(await codeOf(`${ADMIN_TOKEN}x`), [401, "unauthenticated"]);
    assert.deepEqual(await codeOf(READ_TOKEN), [403, "permission_denied"]);
    assert.equal((await adminClients(rollcall.url).registry.getRegistry({})).version, 0);
  });
}

async function dryRun({ url }: RunningRollcall): Promise<number> {
  const response = await fetch(`${url}/dry_run`);
  await response.body?.cancel();
  return response.status;
}

async function description({ url }: RunningRollcall): Promise<string> {
  return (await (await fetch(`${url}/dry_run`)).json()).description;
}

/** The status of a name, or the code that refuses it. */
async function check({ url }: RunningRollcall, service: string): Promise<string> {
  const response = await fetch(`${url}/grpc.health.v1.Health/Check`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ service }),
  });
  const { status, code } = await response.json();
  // In JSON an enum's zero is left out.
  return status ?? code ?? "UNKNOWN";
}

function itself(error: unknown): unknown {
  return error;
}
