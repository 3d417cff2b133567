import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import assert from "node:assert/strict";
import { done } from "../../src/core/write-result.ts";
import { RegistryService } from "../../src/gen/rollcall/v1/registry_pb.ts";
import { WIRE_STATUS } from "../../src/wire/health.ts";
import { type Administered, administered } from "../support/administered.ts";
import { transports } from "../support/clients.ts";
import { answered, NOW_MS, reportOn } from "../support/reports.ts";
import { surfaces } from "../support/surfaces.ts";

const ADMIN_TOKEN = "the-admin-token";
const A = { name: "a", url: "https://a.acme.com" };
const ENV = { UPSTREAMS: [{ name: "checkout", url: "https://checkout.acme.com" }] };

/** A client per protocol, each of a fleet of its own. */
function clients(): (readonly [string, Client<typeof RegistryService>, Administered])[] {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const names = Object.keys(transports(surfaces(reportOn([]))));
  return names.flatMap((name) => {
    const fleet = administered({ env: ENV });
    const ask = surfaces(reportOn([]), { adminToken: ADMIN_TOKEN, registryWriter: fleet.registryWriter });
    const transport = transports((path, init) =>
      ask(path, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...headers } })
    )[name];
    return transport === undefined ? [] : [[name, createClient(RegistryService, transport), fleet] as const];
  });
}

async function errorOf(call: Promise<unknown>): Promise<ConnectError> {
  return ConnectError.from(await call.then(() => new Error("it was not refused"), (reason) => reason));
}

Deno.test("a registry is applied, got, added to and taken from, in every protocol", async () => {
  for (const [protocol, client, { fleet }] of clients()) {
    const registry = {
      upstreams: [{ ...A, timeoutMs: 700 }],
      groups: { eu: { members: ["a"], policy: { quorum: 1 } } },
    };
    const applied = await client.applyRegistry({ registry, expectedVersion: 0 });
    assert.equal(applied.version, 1, protocol);
    assert.deepEqual(applied.diff?.added, ["a", 'group "eu"']);
    const registered = await client.registerUpstream({ upstream: { name: "b", url: "https://b.acme.com" } });
    assert.deepEqual([registered.version, registered.warnings], [2, []]);
    const got = await client.getRegistry({});
    assert.deepEqual([got.version, got.deployed, got.warnings], [2, ["checkout"], []]);
    assert.deepEqual(got.registry, {
      ...registry,
      upstreams: [...registry.upstreams, { name: "b", url: "https://b.acme.com" }],
    });
    assert.equal((await client.deregisterUpstream({ name: "b" })).version, 3);
    assert.deepEqual(fleet().registry.upstreams.map(({ name, timeoutMs }) => [name, timeoutMs]), [
      ["checkout", 1_500],
      ["a", 700],
    ]);
  }
});

Deno.test("what is refused tells why by its code, in every protocol", async () => {
  for (const [protocol, client] of clients()) {
    await client.applyRegistry({ registry: { upstreams: [A], groups: { eu: ["a"] } } });
    for (
      const [call, code, message] of [
        [() => client.applyRegistry({ registry: {} }), Code.Aborted, /version 1 is in force/],
        [
          () => client.applyRegistry({ registry: { upstream: [] }, expectedVersion: 1 }),
          Code.InvalidArgument,
          /unknown field/,
        ],
        [() => client.registerUpstream({ upstream: A }), Code.AlreadyExists, /it is registered already/],
        [() => client.registerUpstream({ upstream: { ...A, name: "checkout" } }), Code.AlreadyExists, /is deployed/],
        [() => client.registerUpstream({}), Code.InvalidArgument, /upstreams\[1\]\.name: missing/],
        [() => client.deregisterUpstream({ name: "none" }), Code.NotFound, /"none"/],
        [() => client.deregisterUpstream({ name: "a" }), Code.FailedPrecondition, /a member of "eu"/],
        [
          () => client.deregisterUpstream({ name: "checkout" }),
          Code.FailedPrecondition,
          /deployed in UPSTREAMS; remove it there/,
        ],
        [() => client.preview({ registry: { groups: [] } }), Code.InvalidArgument, /groups: not a table/],
      ] as const
    ) {
      const error = await errorOf(call());
      assert.equal(error.code, code, `${protocol} ${error.message}`);
      assert.match(error.rawMessage, message);
    }
    assert.equal((await client.getRegistry({})).version, 1);
  }
});

Deno.test("every problem of a registry is told, one a line, and no header value", async () => {
  for (const [protocol, client] of clients()) {
    const upstreams = [{ ...A, headers: { host: "hunter2" } }, { name: "b" }, { name: "c", url: "http://10.0.0.1" }];
    const { rawMessage } = await errorOf(client.applyRegistry({ registry: { upstreams } }));
    assert.equal(rawMessage.split("\n").length, 3, protocol);
    assert.doesNotMatch(rawMessage, /hunter2/);
  }
});

Deno.test("a preview tells every name with its status, the diff, warnings and cost, in every protocol", async () => {
  for (const [protocol, client] of clients()) {
    const registry = { upstreams: [{ ...A, services: ["acme.A"] }], groups: { eu: [] } };
    const { status, names, diff, warnings, cost } = await client.preview({ registry });
    assert.equal(status, WIRE_STATUS.UNKNOWN, protocol);
    assert.deepEqual(names.map(({ name, status, cause, message }) => [name, status, cause, message]), [
      ["checkout", WIRE_STATUS.UNKNOWN, "", ""],
      ["a", WIRE_STATUS.UNKNOWN, "", ""],
      ["acme.A", WIRE_STATUS.UNKNOWN, "", ""],
      ["eu", WIRE_STATUS.SERVING, "", ""],
      ["", WIRE_STATUS.UNKNOWN, "", ""],
    ]);
    assert.deepEqual([diff?.added, warnings], [["a", 'group "eu"'], []]);
    assert.deepEqual([cost?.probesPerRefresh, cost?.probesPerMinute], [2, 8]);
    assert.equal((await client.getRegistry({})).version, 0);
  }
});

Deno.test("a preview says of what is in maintenance until when and why, whatever was seen of it", async () => {
  const window = { id: "1", name: "pay", fromMs: NOW_MS - 1, untilMs: NOW_MS + 3_600_000, reason: "new disks" };
  const report = reportOn([{ name: "pay", state: answered("SERVING") }], { maintenance: [window] });
  const diff = { added: [], removed: [], changed: [] };
  const cost = { probesPerRefresh: 1, probesPerMinute: 4 };
  const preview = () => Promise.resolve(done({ report, diff, warnings: [], cost }));
  const registryWriter = { ...administered().registryWriter, preview };
  const ask = surfaces(reportOn([]), { adminToken: ADMIN_TOKEN, registryWriter });
  const headers = { "content-type": "application/json", authorization: `Bearer ${ADMIN_TOKEN}` };
  const answer = await ask("/rollcall.v1.RegistryService/Preview", { method: "POST", headers, body: "{}" });
  const { names } = await answer.json();
  assert.deepEqual(names[0], {
    name: "pay",
    status: "NOT_SERVING",
    message: "in maintenance until 2026-11-21T13:00:00Z: new disks",
  });
});

Deno.test("a bug is told to the log, and to its caller only that there was one", async () => {
  const told: string[] = [];
  const print = console.error;
  console.error = (text: string) => void told.push(text);
  try {
    const registryWriter = { ...administered().registryWriter, get: () => Promise.reject(new TypeError("hunter2")) };
    const ask = surfaces(reportOn([]), { adminToken: ADMIN_TOKEN, registryWriter });
    const headers = { "content-type": "application/json", authorization: `Bearer ${ADMIN_TOKEN}` };
    const answer = await ask("/rollcall.v1.RegistryService/GetRegistry", { method: "POST", headers, body: "{}" });
    assert.deepEqual(await answer.json(), { code: "internal", message: "internal error" });
    assert.deepEqual(told.map((text) => JSON.parse(text)), [{ event: "surface_error", error: "TypeError: hunter2" }]);
  } finally {
    console.error = print;
  }
});
