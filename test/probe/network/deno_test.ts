import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../../src/clock.ts";
import { NOTHING_KNOWN } from "../../../src/core/known.ts";
import type { Upstream, UpstreamTls } from "../../../src/core/registry.ts";
import { createDenoNetwork } from "../../../src/probe/network/deno.ts";
import { createProber } from "../../../src/probe/prober.ts";
import { startDeafProxy } from "../../support/deaf-proxy.ts";
import { eventually } from "../../support/eventually.ts";
import { startFaultServer } from "../../support/fault-server.ts";
import { startHttp2Upstream } from "../../support/http2-upstream.ts";
import { CA, CLIENT, CLIENT_CA, type ServerCertificate, serverKeyPair } from "../../support/tls.ts";
import { serveWebSockets } from "../../support/ws.ts";
import { brief } from "../answers.ts";
import { DEFAULT_CHECK } from "../http-cases.ts";
import { patient, targetOf } from "../target.ts";

interface TlsCase {
  readonly name: string;
  readonly certificate: ServerCertificate;
  readonly isClientAsked?: boolean;
  readonly tls?: UpstreamTls;
  /** Default: 127.0.0.1. */
  readonly hostname?: string;
  readonly expect: string;
}

const TLS_CASES: readonly TlsCase[] = [
  { name: "an authority that nobody knows", certificate: "good", expect: "failed tls" },
  { name: "a CA of one's own", certificate: "good", tls: { ca: CA }, expect: "SERVING" },
  { name: "by name", certificate: "good", tls: { ca: CA }, hostname: "localhost", expect: "SERVING" },
  { name: "two CAs", certificate: "good", tls: { ca: CLIENT_CA + CA }, expect: "SERVING" },
  { name: "the wrong CA", certificate: "good", tls: { ca: CLIENT_CA }, expect: "failed tls" },
  { name: "the wrong name", certificate: "wrong-name", tls: { ca: CA }, expect: "failed tls" },
  { name: "expired", certificate: "expired", tls: { ca: CA }, expect: "failed tls" },
  {
    name: "a client without certificate",
    certificate: "good",
    isClientAsked: true,
    tls: { ca: CA },
    expect: "failed tls",
  },
  {
    name: "a client with one",
    certificate: "good",
    isClientAsked: true,
    tls: { ca: CA, ...CLIENT },
    expect: "SERVING",
  },
];

/** Not by `fetch`, which has no way to say it. */
const SERVER_NAME_CASES: readonly TlsCase[] = [
  {
    name: "another server name",
    certificate: "wrong-name",
    tls: { ca: CA, serverName: "elsewhere.example" },
    expect: "SERVING",
  },
  {
    name: "the wrong server name",
    certificate: "good",
    tls: { ca: CA, serverName: "a.example" },
    expect: "failed tls",
  },
  {
    name: "a server name and a client certificate",
    certificate: "good",
    isClientAsked: true,
    tls: { ca: CA, ...CLIENT, serverName: "localhost" },
    expect: "SERVING",
  },
];

for (const each of TLS_CASES) {
  Deno.test(`fetchFor() is ${each.expect} over TLS: ${each.name}`, async () => {
    await using server = await startHttps(each);
    const { hostname = "127.0.0.1", tls } = each;
    const url = `https://${hostname}:${server.port}`;
    assert.equal(await probed({ protocol: "http", url, http: DEFAULT_CHECK, ...(tls && { tls }) }), each.expect);
  });
}

for (const each of [...TLS_CASES, ...SERVER_NAME_CASES]) {
  const { hostname = "127.0.0.1", tls } = each;

  Deno.test(`dial() is ${each.expect} over TLS: ${each.name}`, async () => {
    await using server = await startHttp2Upstream(each);
    const url = `grpcs://${hostname}:${server.port}`;
    assert.equal(await probed({ protocol: "grpc", url, ...(tls && { tls }) }), each.expect);
  });

  Deno.test(`firstMessage() is ${each.expect} over TLS: ${each.name}`, async () => {
    await using server = await startHttps(each);
    const url = `wss://${hostname}:${server.port}`;
    assert.equal(await probed({ protocol: "jina", url, ...(tls && { tls }) }), each.expect);
  });
}

Deno.test("fetchFor() speaks HTTP/2 with certificates, to servers that speak nothing else", async () => {
  await using server = await startHttp2Upstream({ certificate: "good" });
  const url = `https://127.0.0.1:${server.port}`;
  assert.equal(await probed({ protocol: "grpc-web", url, tls: { ca: CA } }), "SERVING");
  assert.equal(await probed({ protocol: "connect", url, tls: { ca: CA } }), "SERVING");
});

Deno.test("fetchFor() sends the authority as the host, in plaintext and over TLS", async () => {
  const authority = "checkout.internal:8080";
  await using plain = await startFaultServer({ send: "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" });
  assert.equal(await probed({ protocol: "http", url: plain.url, http: DEFAULT_CHECK, authority }), "SERVING");
  const hosts = plain.requests()[0]?.match(/^host: .*$/gim);
  assert.deepEqual(hosts, [`host: ${authority}`]);

  await using secure = await startHttps({ certificate: "good" });
  const url = `https://127.0.0.1:${secure.port}`;
  assert.equal(await probed({ protocol: "http", url, http: DEFAULT_CHECK, authority, tls: { ca: CA } }), "SERVING");
  assert.deepEqual(secure.hosts, [authority]);
});

Deno.test("fetchFor() keeps one connection for an upstream with certificates", async () => {
  await using server = await startHttps({ certificate: "good" });
  const target = targetOf({
    protocol: "http",
    url: `https://127.0.0.1:${server.port}`,
    http: DEFAULT_CHECK,
    tls: { ca: CA },
  });
  const network = createDenoNetwork();
  const session = createProber({ clock: systemClock, network }).begin(0);
  for (let round = 0; round < 3; round++) {
    const options = { attempt: 0, known: NOTHING_KNOWN, pay: () => true, ...patient() };
    assert.equal(brief(await session.probe(target, options)), "SERVING");
  }
  assert.equal(server.connections(), 1);
  session.end();
  network.close();
});

Deno.test("probes outlive a connection that died without a word, which the platform goes on using", async () => {
  await using server = await startHttp2Upstream({ certificate: "good" });
  for (const protocol of ["grpc-web", "connect", "grpc"] as const) {
    await using proxy = startDeafProxy(server.port);
    const target = targetOf({ protocol, url: `https://127.0.0.1:${proxy.port}`, tls: { ca: CA } });
    const network = createDenoNetwork();
    const prober = createProber({ clock: systemClock, network: { ...network, keepsConnections: false } });
    const session = prober.begin(0);
    const ask = async (options: { attempt?: number; isFailing?: boolean; signal?: AbortSignal }) => {
      const { attempt = 0, isFailing = false, signal = patient().signal } = options;
      return brief(
        await session.probe(target, { ...patient(), attempt, signal, known: { isFailing }, pay: () => true }),
      );
    };
    assert.equal(await ask({}), "SERVING");
    proxy.deafen();
    const abort = new AbortController();
    const first = ask({ signal: abort.signal });
    assert.equal(await ask({ attempt: 1 }), "SERVING", "its hedged sibling");
    abort.abort();
    assert.equal(await first, "failed timeout");
    assert.deepEqual([await ask({}), proxy.opened()], ["SERVING", 2], "the sibling's connection is kept");

    proxy.deafen();
    assert.equal(await ask({ isFailing: true }), "SERVING", "the next refresh's");
    session.end();
    network.close();
  }
});

Deno.test("probes that hang in a TLS handshake are let go of, over every protocol", async () => {
  const schemes = { grpc: "grpcs", jina: "wss", http: "https" } as const;
  for (const [protocol, scheme] of Object.entries(schemes) as ["grpc" | "jina" | "http", string][]) {
    await using server = await startFaultServer({ when: "connect", end: "hang" });
    const abort = new AbortController();
    const connected = server.done();
    const probing = probed(
      { protocol, url: `${scheme}://127.0.0.1:${server.port}`, http: DEFAULT_CHECK },
      abort.signal,
    );
    await connected;
    abort.abort();
    assert.equal(await probing, "failed timeout", scheme);
    await server.idle();
  }
});

Deno.test("dial() leaves nothing open when its signal aborts just as it connects", async () => {
  await using server = await startFaultServer({ when: "connect", end: "hang" });
  const { upstream } = targetOf({ url: `grpc://127.0.0.1:${server.port}` });
  const { dial } = createDenoNetwork();
  for (let round = 0; round < 500; round++) {
    const abort = new AbortController();
    const dialing = dial(upstream, abort.signal).then((stream) => stream.close(), (error) => error);
    await new Promise((resolve) => setTimeout(resolve, 0));
    // Busy while the connection comes up, so that both happen at once.
    for (let spin = 0; spin < 200_000; spin++) continue;
    abort.abort(ABORTED);
    assert.ok([undefined, ABORTED].includes(await dialing));
  }
  const left = () => `${server.openConnections()} are open`;
  await eventually(() => server.openConnections() === 0 || undefined, left);
});

const ABORTED = new Error("it took too long");

Deno.test("a server of TLS that knows no HTTP/2 is no gRPC server, and its certificate is not to blame", async () => {
  await using server = await startHttps({ certificate: "good" });
  const url = `grpcs://127.0.0.1:${server.port}`;
  assert.equal(await probed({ protocol: "grpc", url, tls: { ca: CA } }), "failed protocol_mismatch");
});

interface Https extends AsyncDisposable {
  readonly port: number;
  readonly hosts: readonly (string | undefined)[];
  connections(): number;
}

/** `node:https`, which says 200 to every request, and `{}` over every WebSocket. */
async function startHttps(
  { certificate, isClientAsked }: Pick<TlsCase, "certificate" | "isClientAsked">,
): Promise<Https> {
  const hosts: (string | undefined)[] = [];
  let connections = 0;
  const client = isClientAsked ? { requestCert: true, rejectUnauthorized: true, ca: CLIENT_CA } : {};
  const server: Server = createServer({ ...serverKeyPair(certificate), ...client }, (request, response) => {
    hosts.push(request.headers.host);
    response.end("{}");
  });
  serveWebSockets(server, () => (socket) => socket.send("{}"));
  server.on("secureConnection", () => connections++);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    hosts,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function probed(upstream: Partial<Upstream>, signal = patient().signal): Promise<string> {
  const network = createDenoNetwork();
  const session = createProber({ clock: systemClock, network: { ...network, keepsConnections: false } }).begin(0);
  try {
    const options = { attempt: 0, known: NOTHING_KNOWN, pay: () => true, ...patient(), signal };
    return brief(await session.probe(targetOf(upstream), options));
  } finally {
    session.end();
    network.close();
  }
}
