import assert from "node:assert/strict";
import { systemClock } from "../../../src/clock.ts";
import { NOTHING_KNOWN } from "../../../src/core/known.ts";
import type { ProbeOutcome } from "../../../src/core/observation.ts";
import type { Upstream } from "../../../src/core/registry.ts";
import { type AddressGuard, createAddressGuard } from "../../../src/probe/network/deno-guard.ts";
import { createDenoNetwork } from "../../../src/probe/network/deno.ts";
import { createProber } from "../../../src/probe/prober.ts";
import { createWatcher } from "../../../src/probe/watch.ts";
import { startDeafProxy } from "../../support/deaf-proxy.ts";
import { startDnsServer } from "../../support/dns-server.ts";
import { startFaultServer } from "../../support/fault-server.ts";
import { startHttp2Upstream } from "../../support/http2-upstream.ts";
import { CA } from "../../support/tls.ts";
import { startUpstream } from "../../support/upstream.ts";
import { brief } from "../answers.ts";
import { DEFAULT_CHECK } from "../http-cases.ts";
import { patient, targetOf } from "../target.ts";

/** Every way in which Deno leaves for an upstream. */
const WAYS: readonly (readonly [scheme: string, protocol: Upstream["protocol"]])[] = [
  ["http", "auto"],
  ["http", "grpc-web"],
  ["http", "connect"],
  ["http", "grpc"],
  ["http", "jina"],
  ["http", "http"],
  ["https", "auto"],
  ["https", "grpc-web"],
  ["https", "connect"],
  ["https", "grpc"],
  ["https", "jina"],
  ["https", "http"],
  ["grpc", "grpc"],
  ["grpc", "jina"],
  ["grpcs", "grpc"],
  ["grpcs", "jina"],
  ["ws", "jina"],
  ["wss", "jina"],
];

Deno.test("no probe of a guarded network reaches a name that the platform resolves to a private address", async () => {
  await using server = await startFaultServer({ send: "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" });
  const port = new URL(server.url).port;
  const refused: string[] = [];
  const guard = createAddressGuard({ onRefused: (name) => refused.push(name) });
  for (const [scheme, protocol] of WAYS) {
    // The real resolver's, by /etc/hosts: boot would refuse this name, but not all that lead where it does.
    const upstream = { name: `${scheme} ${protocol}`, url: `${scheme}://localhost:${port}`, protocol };
    const outcome = await probed(upstream, guard);
    assert.equal(outcome.kind, "not-attempted", upstream.name);
    assert.match(outcome.message ?? "", /^the name leads where no probe may go, and \S+ is a loopback address$/);
  }
  assert.deepEqual([server.connections(), server.requests()], [0, []]);
  assert.deepEqual(refused, WAYS.map(([scheme, protocol]) => `${scheme} ${protocol}`));
});

Deno.test("no Watch stream of a guarded network reaches a name that leads to a private address", async () => {
  await using server = await startFaultServer({ send: "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" });
  const guard = createAddressGuard({ onRefused: () => {} });
  const network = createDenoNetwork({ guard });
  const watcher = createWatcher({ clock: systemClock, network });
  for (const protocol of ["grpc", "grpc-web", "connect"] as const) {
    const target = targetOf({ protocol, url: `http://localhost:${new URL(server.url).port}` });
    const onStatus = () => assert.fail("nobody said anything");
    assert.equal(await watcher.watch(target, { signal: new AbortController().signal, onStatus }), "ended");
  }
  network.close();
  assert.equal(server.connections(), 0);
});

Deno.test("a name is refused when any of its addresses is private, whatever the others are", async () => {
  await using dns = await startDnsServer();
  const guard = createAddressGuard({ onRefused: () => {}, resolve: dns.resolve });
  const addressesOf = (url: string) => guard.addressesOf(targetOf({ url }).upstream, patient().signal);
  const cases: readonly (readonly [answers: readonly string[], forbidden: RegExp | undefined])[] = [
    [["8.8.8.8"], undefined],
    [["8.8.8.8", "1.1.1.1"], undefined],
    [["2606:4700::1111", "8.8.8.8"], undefined],
    // DNS64 gives these for every server of IPv4 alone.
    [["64:ff9b::808:808"], undefined],
    [["64:ff9b::a00:1"], /10\.0\.0\.1 is a private address/],
    [["127.0.0.1"], /127\.0\.0\.1 is a loopback address/],
    [["8.8.8.8", "10.0.0.1"], /10\.0\.0\.1 is a private address/],
    [["169.254.169.254", "8.8.8.8"], /metadata/],
    [["8.8.8.8", "::1"], /::1 is a loopback address/],
    [["2606:4700::1111", "fd00::1"], /fd00::1 is a private address/],
    [["::ffff:127.0.0.1"], /IPv4-mapped/],
    [["0.0.0.0"], /unspecified/],
    [["100.100.100.200"], /carrier-grade NAT/],
  ];
  for (const [answers, forbidden] of cases) {
    dns.answer(...answers);
    const asked = addressesOf("https://checkout.example.com:8443/x");
    if (forbidden === undefined) assert.deepEqual([...await asked].sort(), [...answers].sort());
    else await assert.rejects(asked, forbidden, answers.join());
  }
});

Deno.test("a name that is rebound between two probes is refused from then on, and told once each time", async () => {
  await using dns = await startDnsServer();
  const refused: string[] = [];
  const guard = createAddressGuard({ onRefused: (name) => refused.push(name), resolve: dns.resolve });
  const upstream = targetOf({ name: "checkout", url: "http://checkout.example.com" }).upstream;
  const ask = () => guard.addressesOf(upstream, patient().signal);
  dns.answer("8.8.8.8");
  assert.deepEqual(await ask(), ["8.8.8.8"]);
  dns.answer("10.0.0.1");
  await assert.rejects(ask);
  await assert.rejects(ask);
  assert.deepEqual(refused, ["checkout"]);
  dns.answer("8.8.8.8");
  await ask();
  dns.answer("127.0.0.1");
  await assert.rejects(ask);
  assert.deepEqual(refused, ["checkout", "checkout"]);
});

/** A guard that has found the local machine a fit place: what it says is dialled, or the name would not be found. */
const HERE: AddressGuard = { addressesOf: () => Promise.resolve(["127.0.0.1"]) };

Deno.test("what the guard judged is dialled, with no second lookup, and the name is still told to the server", async () => {
  await using upstream = await startUpstream();
  await using http2 = await startHttp2Upstream();
  await using secure = await startHttp2Upstream({ certificate: "wrong-name" });
  const port = new URL(upstream.url).port;
  for (const protocol of ["auto", "grpc-web", "connect"] as const) {
    const url = `http://checkout.invalid:${port}`;
    assert.equal(brief(await probed({ protocol, url }, HERE)), "SERVING", protocol);
  }
  assert.equal(
    brief(await probed({ protocol: "grpc", url: `grpc://checkout.invalid:${http2.port}` }, HERE)),
    "SERVING",
  );
  const tls = { protocol: "grpc", url: `grpcs://elsewhere.example:${secure.port}`, tls: { ca: CA } } as const;
  assert.equal(brief(await probed(tls, HERE)), "SERVING");
  // The certificate is still held against the name.
  assert.equal(brief(await probed({ ...tls, url: `grpcs://checkout.invalid:${secure.port}` }, HERE)), "failed tls");

  for (const [scheme, protocol] of [["http", "http"], ["ws", "jina"]] as const) {
    await using plain = await startFaultServer({ send: "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" });
    const plainPort = new URL(plain.url).port;
    await probed({ protocol, url: `${scheme}://checkout.invalid:${plainPort}`, http: DEFAULT_CHECK }, HERE);
    // In origin form, as to any server that is no proxy.
    assert.match(plain.requests()[0] ?? "", /^GET \/(?:dry_run)? HTTP\/1\.1\r\n/);
    assert.deepEqual(plain.requests()[0]?.match(/^host: .*$/gim), [`host: checkout.invalid:${plainPort}`]);
  }
});

Deno.test("fetch over TLS resolves the name once more, and says nothing to a server without a certificate for it", async () => {
  await using secure = await startHttp2Upstream({ certificate: "wrong-name" });
  const url = `https://elsewhere.example:${secure.port}`;
  assert.equal(brief(await probed({ protocol: "connect", url, tls: { ca: CA } }, HERE)), "failed dns");
  // Where a rebound name leads: the platform finds the server, the guard was told another address.
  const rebound = { protocol: "connect", url: `https://localhost:${secure.port}`, tls: { ca: CA } } as const;
  const guard = { addressesOf: () => Promise.resolve(["8.8.8.8"]) };
  assert.equal(brief(await probed(rebound, guard)), "failed tls");
});

Deno.test("each address is tried until one can be connected to", async () => {
  await using upstream = await startUpstream();
  await using http2 = await startHttp2Upstream({ certificate: "wrong-name" });
  // Nobody listens at the first two.
  const guard = { addressesOf: () => Promise.resolve(["127.0.0.2", "127.0.0.3", "127.0.0.1"]) };
  const port = new URL(upstream.url).port;
  for (const protocol of ["grpc-web", "connect"] as const) {
    assert.equal(brief(await probed({ protocol, url: `http://checkout.invalid:${port}` }, guard)), "SERVING");
  }
  const tls = { protocol: "grpc", url: `grpcs://elsewhere.example:${http2.port}`, tls: { ca: CA } } as const;
  assert.equal(brief(await probed(tls, guard)), "SERVING");
  await using plain = await startHttp2Upstream();
  assert.equal(brief(await probed({ protocol: "grpc", url: `grpc://a.invalid:${plain.port}` }, guard)), "SERVING");
});

Deno.test("a connection is kept while the name leads to the same address, and the probes follow when it moves", async () => {
  await using here = await startUpstream();
  let address = "127.0.0.1";
  const guard = { addressesOf: () => Promise.resolve([address]) };
  await using proxy = startDeafProxy(Number(new URL(here.url).port));
  const network = createDenoNetwork({ guard });
  const session = createProber({ clock: systemClock, network }).begin(0);
  const target = targetOf({ protocol: "connect", url: `http://checkout.invalid:${proxy.port}` });
  const ask = async () => {
    const options = { ...patient(), attempt: 0, known: NOTHING_KNOWN, pay: () => true };
    return brief(await session.probe(target, options));
  };
  assert.deepEqual([await ask(), await ask(), await ask()], ["SERVING", "SERVING", "SERVING"]);
  assert.equal(proxy.opened(), 1);
  // Nobody listens there.
  address = "127.0.0.2";
  assert.equal(await ask(), "failed unavailable");
  session.end();
  network.close();
});

Deno.test("what the first address answered is not asked of the next", async () => {
  await using server = await startFaultServer({ send: "no HTTP at all\r\n\r\n" });
  const guard = { addressesOf: () => Promise.resolve(["127.0.0.1", "127.0.0.1"]) };
  const url = `http://checkout.invalid:${new URL(server.url).port}`;
  assert.equal(brief(await probed({ protocol: "connect", url }, guard)), "failed protocol_mismatch");
  assert.equal(server.connections(), 1);
});

Deno.test("a guarded name that nobody knows is a failure of DNS, over every protocol", async () => {
  await using dns = await startDnsServer();
  dns.answer();
  const guards = [
    createAddressGuard({ onRefused: () => assert.fail("it was not refused") }),
    createAddressGuard({ onRefused: () => assert.fail("it was not refused"), resolve: dns.resolve }),
  ];
  for (const guard of guards) {
    for (const [scheme, protocol] of WAYS.filter(([, protocol]) => protocol !== "auto")) {
      const outcome = await probed({ protocol, url: `${scheme}://checkout.invalid:443`, http: DEFAULT_CHECK }, guard);
      assert.equal(brief(outcome), "failed dns", `${scheme} ${protocol}`);
    }
  }
});

Deno.test("a lookup that never ends is waited for as long as the probe may take, and no longer", async () => {
  const guard = createAddressGuard({ onRefused: () => {}, resolve: () => new Promise(() => {}) });
  for (const [scheme, protocol] of WAYS) {
    const abort = new AbortController();
    const probing = probed({ protocol, url: `${scheme}://checkout.invalid`, http: DEFAULT_CHECK }, guard, abort.signal);
    abort.abort();
    assert.equal(brief(await probing), "failed timeout", `${scheme} ${protocol}`);
  }
});

async function probed(
  upstream: Partial<Upstream>,
  guard: AddressGuard,
  signal = patient().signal,
): Promise<ProbeOutcome> {
  const network = createDenoNetwork({ guard });
  const session = createProber({ clock: systemClock, network: { ...network, keepsConnections: false } }).begin(0);
  try {
    const options = { ...patient(), attempt: 0, known: NOTHING_KNOWN, pay: () => true, signal };
    const kind = upstream.protocol === "jina" ? { kind: "flow" as const } : {};
    return await session.probe(targetOf({ http: DEFAULT_CHECK, ...kind, ...upstream }), options);
  } finally {
    session.end();
    network.close();
  }
}
