import assert from "node:assert/strict";
import { Code, ConnectError } from "@connectrpc/connect";
import { WIRE_STATUS } from "../../../src/wire/health.ts";
import { ADMIN_TOKEN, adminClients } from "../../support/admin-clients.ts";
import { eventually, passed } from "../../support/eventually.ts";
import type { RollcallOptions, RunningRollcall } from "../../support/rollcall.ts";
import { PUSH_TOKEN, type Teller, type Watching, webTellers } from "../../support/tellers.ts";

const { UNKNOWN, SERVING, NOT_SERVING, SERVICE_UNKNOWN } = WIRE_STATUS;

/** Longer than every test: what is seen sooner was told, and not found out by looking again. */
const vars = { PUSH_TOKEN, ADMIN_TOKEN, TTL_MS: "120000", STALE_MS: "240000" };

/** Several for each protocol, so that none finds what another left. */
const UPSTREAMS = ["gRPC-web", "Connect", "native gRPC"].flatMap((protocol) => [
  ...["s1", "s2", "s3", "s5", "g12", "life"].map((name) => ({ name: `${name} ${protocol}`, protocol: "push" })),
  { name: `pair ${protocol}`, protocol: "push", services: ["c1", "c2"] },
]);

/** Statuses that are told instead of asked for: skytorch's table of statuses, and grpclib's Watch over them. */
export function toldSuite<R extends RunningRollcall>(
  platform: string,
  start: (options: RollcallOptions) => Promise<R>,
  tellersOf: (rollcall: R) => readonly Teller[] = ({ url }) => webTellers(url),
): void {
  Deno.test(`${platform}: told statuses`, async (t) => {
    await using rollcall = await start({ upstreams: UPSTREAMS, vars });
    for (const teller of tellersOf(rollcall)) {
      using _ = teller;
      await tellerSteps(t, teller, rollcall);
    }
  });

  Deno.test(`${platform}: S4: a name that is registered and set after its Watch began is delivered`, async () => {
    await using rollcall = await start({ vars });
    for (const teller of tellersOf(rollcall)) {
      using _ = teller;
      const { protocol } = teller;
      const watching = teller.watch(protocol);
      await said(watching, [SERVICE_UNKNOWN]);
      await adminClients(rollcall.url).registry.registerUpstream({ upstream: { name: protocol, protocol: "push" } });
      await said(watching, [SERVICE_UNKNOWN, UNKNOWN]);
      await teller.set(protocol, SERVING);
      await said(watching, [SERVICE_UNKNOWN, UNKNOWN, SERVING]);
      watching.cancel();
    }
  });

  Deno.test(`${platform}: a told status outlives a restart, and its time`, async () => {
    await using rollcall = await start({ upstreams: [{ name: "a", protocol: "push" }], vars });
    const tell = () => webTellers(rollcall.url)[0] ?? assert.fail();
    await tell().set("a", NOT_SERVING, { message: "disk full" });
    await rollcall.restart();
    assert.deepEqual([(await tell().get("a")).message, await tell().check("a")], ["disk full", NOT_SERVING]);
    await tell().set("a", SERVING, { ttlMs: 1_000 });
    assert.equal(await tell().check("a"), SERVING);
    await eventually(async () => await tell().check("a") === UNKNOWN || undefined, () => "it is still not UNKNOWN");
    assert.equal((await fetch(`${rollcall.url}/dry_run`)).status, 503);
    assert.equal((await tell().heartbeat("a")).status, SERVING);
    assert.equal((await fetch(`${rollcall.url}/dry_run`)).status, 200);
  });

  Deno.test(`${platform}: what is told wrong changes nothing, and says why`, async () => {
    await using rollcall = await start({ upstreams: [{ name: "a", protocol: "push" }], vars });
    for (const teller of tellersOf(rollcall)) {
      using _ = teller;
      const codeOf = async (call: Promise<unknown>) => ConnectError.from(await call.catch((error) => error)).code;
      assert.equal(await codeOf(teller.set("a", SERVICE_UNKNOWN)), Code.InvalidArgument);
      assert.equal(await codeOf(teller.set("a", 7)), Code.InvalidArgument);
      assert.equal(await codeOf(teller.set("a", SERVING, { ttlMs: 999 })), Code.InvalidArgument);
      for (const name of ["b", "a/x", ""]) assert.equal(await codeOf(teller.set(name, SERVING)), Code.NotFound, name);
      assert.equal((await teller.get("a")).status, SERVICE_UNKNOWN);
    }
  });
}

async function tellerSteps(t: Deno.TestContext, teller: Teller, rollcall: RunningRollcall): Promise<void> {
  const { protocol } = teller;

  await t.step(`S1: an unset name reads SERVICE_UNKNOWN, and counts as UNKNOWN (${protocol})`, async () => {
    assert.equal((await teller.get(`s1 ${protocol}`)).status, SERVICE_UNKNOWN);
    assert.equal(await teller.check(`s1 ${protocol}`), UNKNOWN);
    const { names } = await (await fetch(`${rollcall.url}/health`)).json();
    const { target } = names.find((one: { name: string }) => one.name === `s1 ${protocol}/`);
    assert.equal(target.failure, "never_told");
  });

  await t.step(`S2: what is set is read, and is the next answer of Check (${protocol})`, async () => {
    const name = `s2 ${protocol}`;
    for (const status of [NOT_SERVING, SERVING, UNKNOWN, SERVING]) {
      await teller.set(name, status, { message: `it is ${status}` });
      const { status: read, message, toldAt, expiresAt } = await teller.get(name);
      assert.deepEqual([read, message, await teller.check(name)], [status, `it is ${status}`, status]);
      assert.equal(Number(expiresAt?.seconds) - Number(toldAt?.seconds), 60);
    }
  });

  await t.step(`S3: Watch tells the current status first, then each change (${protocol})`, async () => {
    const name = `s3 ${protocol}`;
    await teller.set(name, NOT_SERVING);
    const watching = teller.watch(name);
    await said(watching, [NOT_SERVING]);
    await teller.set(name, SERVING);
    await said(watching, [NOT_SERVING, SERVING]);
    await teller.set(name, NOT_SERVING);
    await said(watching, [NOT_SERVING, SERVING, NOT_SERVING]);
    watching.cancel();
  });

  await t.step(`S5: after a burst the last value is delivered (${protocol})`, async () => {
    const name = `s5 ${protocol}`;
    await teller.set(name, NOT_SERVING);
    const watchings = [teller.watch(name), teller.watch(name)];
    for (const watching of watchings) await said(watching, [NOT_SERVING]);
    for (let at = 0; at < 14; at++) await teller.set(name, at % 3 === 0 ? UNKNOWN : NOT_SERVING);
    await teller.set(name, SERVING);
    for (const watching of watchings) {
      await eventually(
        () => watching.statuses.at(-1) === SERVING || undefined,
        () => `it said ${watching.statuses}`,
      );
      watching.cancel();
    }
    assert.equal((await teller.get(name)).status, SERVING);
  });

  await t.step(`S6: a cancelled watcher is removed, and others go on (${protocol})`, async () => {
    const name = `s5 ${protocol}`;
    const [first, second] = [teller.watch(name), teller.watch(name)];
    for (const watching of [first, second]) await said(watching, [SERVING]);
    first.cancel();
    await teller.set(name, NOT_SERVING);
    await said(second, [SERVING, NOT_SERVING]);
    assert.deepEqual(first.statuses, [SERVING]);
    second.cancel();
  });

  await t.step(
    `G11: Watch over two told checks: UNKNOWN, silence, SERVING, NOT_SERVING, SERVING (${protocol})`,
    async () => {
      const pair = `pair ${protocol}`;
      const watching = teller.watch(pair);
      await said(watching, [UNKNOWN]);
      await teller.set(`${pair}/c1`, SERVING);
      // grpclib calls a mix of healthy and unknown NOT_SERVING; here it stays UNKNOWN, which is silence.
      await passed(200);
      assert.deepEqual(watching.statuses, [UNKNOWN]);
      await teller.set(`${pair}/c2`, SERVING);
      await said(watching, [UNKNOWN, SERVING]);
      await teller.set(`${pair}/c1`, NOT_SERVING);
      await said(watching, [UNKNOWN, SERVING, NOT_SERVING]);
      await teller.set(`${pair}/c1`, SERVING);
      await said(watching, [UNKNOWN, SERVING, NOT_SERVING, SERVING]);
      watching.cancel();
    },
  );

  await t.step(`G12: an equal status sends no message (${protocol})`, async () => {
    const name = `g12 ${protocol}`;
    await teller.set(name, SERVING);
    const watching = teller.watch(name);
    await said(watching, [SERVING]);
    for (let at = 0; at < 3; at++) await teller.set(name, SERVING);
    await passed(200);
    await teller.set(name, NOT_SERVING);
    await said(watching, [SERVING, NOT_SERVING]);
    watching.cancel();
  });

  await t.step(`a heartbeat lets the last status hold, and tells SERVING of who never told (${protocol})`, async () => {
    const name = `life ${protocol}`;
    assert.equal((await teller.heartbeat(name, 1_000)).status, SERVING);
    assert.equal(await teller.check(name), SERVING);
    await eventually(async () => await teller.check(name) === UNKNOWN || undefined, () => "it holds for ever");
    await teller.set(name, NOT_SERVING, { ttlMs: 1_000 });
    assert.equal((await teller.heartbeat(name)).status, NOT_SERVING);
    assert.equal(await teller.check(name), NOT_SERVING);
  });
}

async function said(watching: Watching, statuses: readonly number[]): Promise<void> {
  await eventually(
    () => watching.statuses.length >= statuses.length || undefined,
    () => `it said ${watching.statuses}, not ${statuses}`,
  );
  assert.deepEqual(watching.statuses, statuses);
}
