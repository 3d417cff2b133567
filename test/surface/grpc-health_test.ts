import { Code, ConnectError } from "@connectrpc/connect";
import assert from "node:assert/strict";
import { WIRE_STATUS } from "../../src/wire/health.ts";
import { healthClients } from "../support/clients.ts";
import { answered, failed, fixedLoad, reportOn } from "../support/reports.ts";
import { surfaces } from "../support/surfaces.ts";

const GROUP = { name: "eu", policy: { kind: "any" }, members: [{ name: "pay", isCritical: true }] } as const;
const FLEET = reportOn([
  { name: "checkout", services: ["", "acme.Cart"], state: answered("SERVING") },
  { name: "pay", state: failed("timeout") },
  { name: "odd", critical: false, state: answered("UNKNOWN") },
], { groups: [GROUP] });

Deno.test("P1: Check answers OK with the status of every kind of name, in every protocol", async () => {
  const expected: Readonly<Record<string, number>> = {
    "": WIRE_STATUS.NOT_SERVING,
    readiness: WIRE_STATUS.NOT_SERVING,
    liveness: WIRE_STATUS.SERVING,
    checkout: WIRE_STATUS.SERVING,
    "checkout/": WIRE_STATUS.SERVING,
    "checkout/acme.Cart": WIRE_STATUS.SERVING,
    "acme.Cart": WIRE_STATUS.SERVING,
    eu: WIRE_STATUS.NOT_SERVING,
    odd: WIRE_STATUS.UNKNOWN,
  };
  for (const [protocol, client] of healthClients(surfaces(FLEET))) {
    for (const [service, status] of Object.entries(expected)) {
      assert.equal((await client.check({ service })).status, status, `${protocol} ${JSON.stringify(service)}`);
    }
  }
});

for (const id of ["P2", "G10"]) {
  Deno.test(`${id}: Check of a name that is not served fails with NOT_FOUND, in every protocol`, async () => {
    for (const [protocol, client] of healthClients(surfaces(FLEET))) {
      for (const service of ["nobody", "Checkout", "checkout/acme.Pay", " "]) {
        const error = ConnectError.from(await client.check({ service }).catch((reason) => reason));
        assert.equal(error.code, Code.NotFound, protocol);
        assert.equal(error.rawMessage, `unknown service ${JSON.stringify(service)}`, protocol);
      }
    }
  });
}

Deno.test('P3: Check of "" is answered, also without an upstream', async () => {
  for (const [protocol, client] of healthClients(surfaces(reportOn([])))) {
    assert.equal((await client.check({})).status, WIRE_STATUS.UNKNOWN, protocol);
  }
});

Deno.test("P6: List returns the fleet, upstreams, services and groups, and neither pairs nor Rollcall's own names", async () => {
  for (const [protocol, client] of healthClients(surfaces(FLEET))) {
    const { statuses } = await client.list({});
    assert.deepEqual(
      Object.fromEntries(Object.entries(statuses).map(([name, { status }]) => [name, status])),
      { "": 2, checkout: 1, pay: 2, odd: 0, "acme.Cart": 1, eu: 2 },
      protocol,
    );
  }
});

Deno.test("P6: List passes at LIST_MAX names and fails with RESOURCE_EXHAUSTED above it", async () => {
  const fleetOf = (count: number) => reportOn(Array.from({ length: count }, (_, at) => ({ name: `u${at}` })));
  for (const [protocol, client] of healthClients(surfaces(fleetOf(99)))) {
    assert.equal(Object.keys((await client.list({})).statuses).length, 100, protocol);
  }
  for (const [protocol, client] of healthClients(surfaces(fleetOf(100)))) {
    const error = ConnectError.from(await client.list({}).catch((reason) => reason));
    assert.equal(error.code, Code.ResourceExhausted, protocol);
  }
});

Deno.test("Check finds every name UNKNOWN when the registry is invalid, but liveness", async () => {
  for (const [protocol, client] of healthClients(surfaces(reportOn([], { isRegistryInvalid: true })))) {
    for (const service of ["", "readiness", "checkout"]) {
      assert.equal((await client.check({ service })).status, WIRE_STATUS.UNKNOWN, protocol);
    }
    assert.equal((await client.check({ service: "liveness" })).status, WIRE_STATUS.SERVING, protocol);
    assert.deepEqual(Object.keys((await client.list({})).statuses), [""], protocol);
  }
});

Deno.test("Check of liveness loads no report", async () => {
  const { load, asked } = fixedLoad(FLEET);
  for (const [, client] of healthClients(surfaces(load))) await client.check({ service: "liveness" });
  assert.deepEqual(asked, []);
});

Deno.test("P13: Connect JSON by hand gets 200 with the status, and 404 not_found", async () => {
  const ask = surfaces(FLEET);
  const check = (body: string) =>
    ask("/grpc.health.v1.Health/Check", { method: "POST", headers: { "content-type": "application/json" }, body });
  const [known, unknown] = [await check('{"service":"checkout"}'), await check('{"service":"nobody"}')];
  assert.deepEqual([known.status, await known.json()], [200, { status: "SERVING" }]);
  assert.equal(unknown.status, 404);
  assert.equal((await unknown.json()).code, "not_found");
});

Deno.test("P14: a client can tell grpc_health_probe's exit codes 0, 3 and 4 apart", async () => {
  for (const [protocol, client] of healthClients(surfaces(FLEET))) {
    const exitCode = async (service: string) => {
      try {
        return (await client.check({ service })).status === WIRE_STATUS.SERVING ? 0 : 4;
      } catch {
        return 3;
      }
    };
    const codes = [await exitCode("checkout"), await exitCode("nobody"), await exitCode("pay"), await exitCode("odd")];
    assert.deepEqual(codes, [0, 3, 4, 4], protocol);
  }
});
