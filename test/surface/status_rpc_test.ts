import assert from "node:assert/strict";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { StatusService } from "../../src/gen/rollcall/v1/status_pb.ts";
import { WIRE_STATUS } from "../../src/wire/health.ts";
import { administered } from "../support/administered.ts";
import { transports } from "../support/clients.ts";
import { reportOn } from "../support/reports.ts";
import { surfaces } from "../support/surfaces.ts";

const PUSH_TOKEN = "the-push-token-of-tests";
const ADMIN_TOKEN = "the-admin-token-of-tests";
const { SERVING, NOT_SERVING } = WIRE_STATUS;

/** The real writer behind the real surfaces. */
function stage() {
  const own = administered({
    env: { UPSTREAMS: [{ name: "train", protocol: "push" }, { name: "eu", protocol: "satellite" }] },
  });
  const { statusWriter, clock } = own;
  const ask = surfaces(reportOn([]), {
    pushToken: PUSH_TOKEN,
    adminToken: ADMIN_TOKEN,
    statusWriter,
    nowMs: clock.nowMs,
  });
  const clients = Object.entries(transports(ask))
    .filter(([name]) => name !== "Connect GET")
    .map(([name, transport]): [string, Client<typeof StatusService>] => [name, createClient(StatusService, transport)]);
  return { ...own, clients };
}

const headers = { authorization: `Bearer ${PUSH_TOKEN}` };

async function codeOf(call: Promise<unknown>): Promise<Code> {
  return ConnectError.from(await call.then(() => assert.fail("it was not refused"), (error) => error)).code;
}

Deno.test("SetStatus, GetStatus and Heartbeat tell and read in every protocol, with the push or the admin token", async () => {
  const { clients, clock } = stage();
  for (const [protocol, client] of clients) {
    const { expiresAt } = await client.setStatus({ name: "train", status: NOT_SERVING, message: "a\nb" }, { headers });
    assert.deepEqual(expiresAt, timestampFromMs(clock.nowMs() + 60_000), protocol);
    const admin = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };
    const told = await client.getStatus({ name: "train" }, admin);
    assert.deepEqual([told.status, told.message, told.expiresAt], [NOT_SERVING, "a b", expiresAt]);
    const beaten = await client.heartbeat({ name: "train", ttlMs: 1_000 }, { headers });
    assert.deepEqual(beaten.expiresAt, timestampFromMs(clock.nowMs() + 1_000));
    assert.equal(await codeOf(client.setStatus({ name: "train", status: SERVING })), Code.Unauthenticated);
  }
});

Deno.test("PushReport takes what a satellite tells: causes that are ours, times no later than its own, one line of text", async () => {
  const { clients, learned } = stage();
  for (const [protocol, client] of clients) {
    const names = [
      { name: "checkout", status: NOT_SERVING, isCulprit: true, cause: "timeout", message: "a\nb", latencyMs: 7 },
      { name: "ads", status: NOT_SERVING, cause: "recovering", since: timestampFromMs(5_000) },
      { name: "late", status: SERVING, since: timestampFromMs(9e12) },
    ];
    await client.pushReport({ name: "eu", status: NOT_SERVING, names, madeAt: timestampFromMs(8_000) }, { headers });
    const { observation } = learned.at(-1) ?? {};
    assert.deepEqual(observation?.kind === "answered" && observation.told, {
      checkout: {
        status: "NOT_SERVING",
        sinceMs: 8_000,
        fault: "timeout",
        message: "a b",
        latencyMs: 7,
        isCulprit: true,
      },
      ads: { status: "NOT_SERVING", sinceMs: 5_000 },
      late: { status: "SERVING", sinceMs: 8_000 },
    }, protocol);
  }
});

Deno.test("PushReport reads up to a mebibyte, of who may push", async () => {
  const { clients } = stage();
  const names = (count: number) =>
    Array.from(
      { length: count },
      (_, at) => ({ name: `acme.Service${at}`, status: SERVING, message: "x".repeat(200) }),
    );
  for (const [protocol, client] of clients) {
    await client.pushReport({ name: "eu", status: SERVING, names: names(2_000) }, { headers });
    const tooMany = codeOf(client.pushReport({ name: "eu", status: SERVING, names: names(2_001) }, { headers }));
    assert.equal(await tooMany, Code.InvalidArgument, protocol);
    const tooLong = codeOf(client.pushReport({ name: "eu", status: SERVING, names: names(6_000) }, { headers }));
    assert.equal(await tooLong, Code.ResourceExhausted, protocol);
    assert.notEqual(
      await codeOf(client.pushReport({ name: "eu", status: SERVING, names: names(2_000) })),
      Code.Unknown,
    );
  }
});

Deno.test("PushReport believes no clock that is ahead, nor one that nobody can write: whoever comes after it is heard", async () => {
  const { clients, clock, learned } = stage();
  const told = () => {
    const { observation } = learned.at(-1) ?? {};
    return observation?.kind === "answered" ? [observation.status, observation.told?.["a"]?.sinceMs] : [];
  };
  const at = (seconds: bigint) => ({ seconds, nanos: 0 });
  const [first, last] = [at(-(10n ** 15n)), at(10n ** 15n)];
  // JSON has no words for such times.
  for (const [protocol, client] of clients.filter(([protocol]) => !protocol.includes("JSON"))) {
    const push = (status: number, madeAt: typeof first, since?: typeof first) =>
      client.pushReport(
        { name: "eu", status, madeAt, names: [{ name: "a", status, ...(since && { since }) }] },
        { headers },
      );
    await push(SERVING, first);
    assert.deepEqual(told(), ["SERVING", 0], protocol);
    await push(SERVING, last, last);
    assert.deepEqual(told(), ["SERVING", clock.nowMs()], protocol);
    await clock.advance(1_000);
    await push(NOT_SERVING, at(BigInt(clock.nowMs() / 1_000)));
    assert.deepEqual(told(), ["NOT_SERVING", clock.nowMs()], protocol);
    // It holds no more.
    await clock.advance(60_000);
  }
});

Deno.test("PushReport refuses a status that is none, and a name that no registry would take", async () => {
  const { clients, learned } = stage();
  for (const [protocol, client] of clients) {
    const refused = (names: readonly { readonly name: string; readonly status: number }[], status: number) =>
      codeOf(client.pushReport({ name: "eu", status, names: [...names] }, { headers }));
    assert.equal(await refused([], WIRE_STATUS.SERVICE_UNKNOWN), Code.InvalidArgument, protocol);
    assert.equal(await refused([{ name: "a", status: 9 }], SERVING), Code.InvalidArgument, protocol);
    for (const name of ["", "*", "a\n|Gateway: Deployment pay", "\u001b[2J", "\u0085", "b/a/".repeat(126)]) {
      assert.equal(await refused([{ name, status: SERVING }], SERVING), Code.InvalidArgument, JSON.stringify(name));
    }
  }
  assert.deepEqual(learned, []);
});
