import assert from "node:assert/strict";
import { systemClock } from "../../src/clock.ts";
import { VERSION } from "../../src/core/version.ts";
import { leisurely, runRollcall, startRollcall } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import { startGrpcJsUpstream } from "../support/grpc-js-upstream.ts";
import { startHttp2Upstream } from "../support/http2-upstream.ts";
import { startJinaGateway } from "../support/jina-gateway.ts";
import { startUpstream } from "../support/upstream.ts";
import { startWebUpstream } from "../support/web-upstream.ts";
import { startRecorder } from "./check/recorder.ts";

function check(...args: readonly string[]) {
  return runRollcall(["check", ...args], { clock: leisurely(1_000) });
}

const TLS = new URL("../support/tls/", import.meta.url).pathname;

const SERVICES = { "": "SERVING", "acme.Down": "NOT_SERVING", "acme.Up": "SERVING" } as const;

for (
  const addr of [
    (port: number) => ["-addr", `localhost:${port}`],
    (port: number) => [`--addr=localhost:${port}`],
    (port: number) => [`localhost:${port}`],
  ]
) {
  Deno.test(`rollcall check ${addr(1).join(" ")} says SERVING on stderr and ends with 0`, async () => {
    await using upstream = await startGrpcJsUpstream();
    assert.deepEqual(await check(...addr(upstream.port)), { exitCode: 0, stdout: "", stderr: "status: SERVING\n" });
  });
}

Deno.test("rollcall check asks for -service: 4 for NOT_SERVING, 3 for an unknown one", async () => {
  await using upstream = await startHttp2Upstream({ services: SERVICES });
  const asked = (service: string) => check("-addr", `localhost:${upstream.port}`, "-service", service);
  assert.deepEqual([(await asked("acme.Up")).stderr, (await asked("acme.Up")).exitCode], ["status: SERVING\n", 0]);
  assert.deepEqual(await asked("acme.Down"), {
    exitCode: 4,
    stdout: "",
    stderr: 'service unhealthy (responded with "NOT_SERVING")\n',
  });
  assert.deepEqual(await asked("acme.None"), {
    exitCode: 3,
    stdout: "",
    stderr: "error: health rpc failed: rpc error: code = NotFound desc = unknown service acme.None\n",
  });
});

for (const [status, name] of [[0, "UNKNOWN"], [3, "SERVICE_UNKNOWN"], [9, "9"]] as const) {
  Deno.test(`rollcall check ends with 4 when a server answers ${name}`, async () => {
    await using upstream = await startUpstream({ services: { "": status } });
    const { exitCode, stderr } = await check(upstream.url, "--protocol", "connect");
    assert.deepEqual([exitCode, stderr], [4, `service unhealthy (responded with "${name}")\n`]);
  });
}

Deno.test("rollcall check of several services names each, and the worst wins", async () => {
  await using upstream = await startHttp2Upstream({ services: SERVICES });
  const { exitCode, stderr } = await check(
    `localhost:${upstream.port}`,
    ...["", "acme.Up", "acme.None", "acme.Down"].flatMap((name) => ["--service", name]),
  );
  assert.equal(exitCode, 4);
  assert.deepEqual(stderr.split("\n"), [
    '"": status: SERVING',
    "acme.Up: status: SERVING",
    "acme.None: error: health rpc failed: rpc error: code = NotFound desc = unknown service acme.None",
    'acme.Down: service unhealthy (responded with "NOT_SERVING")',
    "",
  ]);
});

Deno.test("rollcall check --json prints one document on stdout, and nothing on stderr", async () => {
  await using upstream = await startHttp2Upstream({ services: SERVICES });
  const addr = `localhost:${upstream.port}`;
  const { exitCode, stdout, stderr } = await check(addr, "--json", "--service", "", "--service", "acme.Down");
  const document = JSON.parse(stdout);
  for (const service of document.services) {
    assert.ok(service.connectMs >= 0 && service.rpcMs >= 0);
    delete service.connectMs;
    delete service.rpcMs;
  }
  assert.deepEqual(document, {
    addr,
    protocol: "grpc",
    exitCode: 4,
    services: [
      { service: "", exitCode: 0, text: "status: SERVING", status: "SERVING" },
      {
        service: "acme.Down",
        exitCode: 4,
        text: 'service unhealthy (responded with "NOT_SERVING")',
        status: "NOT_SERVING",
      },
    ],
  });
  assert.deepEqual([exitCode, stderr], [4, ""]);
});

Deno.test("rollcall check ends with 2 when nobody listens, whatever the protocol", async () => {
  for (const protocol of ["grpc", "grpc-web", "connect", "http", "auto"]) {
    const { exitCode, stderr } = await check("localhost:1", "--protocol", protocol, "--service", "a", "--service", "b");
    assert.equal(exitCode, 2);
    const error = 'error: failed to connect service at "localhost:1": Connection refused (os error 111)\n';
    assert.equal(stderr, `a: ${error}b: ${error}`);
  }
});

Deno.test("rollcall check tries to connect again, by gRPC's backoff, while -connect-timeout has room for it", async () => {
  for (const protocol of ["grpc", "connect"]) {
    const { port, close } = await startHttp2Upstream();
    await close();
    const late = { pausesMs: [] as number[], server: Promise.withResolvers<AsyncDisposable>() };
    const sleep = async (ms: number) => {
      if (late.pausesMs.push(ms) === 2) {
        late.server.resolve(await (protocol === "grpc" ? startHttp2Upstream : startUpstream)({ port }));
      }
    };
    const args = ["check", `127.0.0.1:${port}`, "--protocol", protocol];
    const patient = await runRollcall([...args, "-connect-timeout", "1m"], { clock: { ...leisurely(1_000), sleep } });
    assert.deepEqual([patient.exitCode, late.pausesMs.length], [0, 2]);
    const [first = 0, second = 0] = late.pausesMs;
    assert.ok(first <= 1_000 && second <= 1_600, String(late.pausesMs));
    await (await late.server.promise)[Symbol.asyncDispose]();
  }
});

Deno.test("rollcall check ends with 2 when the server speaks no HTTP/2, or says nothing for -connect-timeout", async () => {
  await using web = await startWebUpstream();
  const { exitCode, stderr } = await check(web.host);
  assert.equal(exitCode, 2);
  assert.match(stderr, /^error: failed to connect service at "127\.0\.0\.1:\d+": /);
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const addr = `127.0.0.1:${(silent.addr as Deno.NetAddr).port}`;
  assert.deepEqual(await check("-addr", addr, "-connect-timeout", "50ms"), {
    exitCode: 2,
    stdout: "",
    stderr: `timeout: failed to connect service "${addr}" within 50ms\n`,
  });
});

for (const protocol of ["grpc", "connect"]) {
  Deno.test(`rollcall check ends with 3 when the call takes longer than -rpc-timeout, over ${protocol}`, async () => {
    await using recorder = await startRecorder({ isSilent: true });
    await using upstream = await startUpstream({ handler: () => new Promise(() => {}) });
    const addr = protocol === "grpc" ? recorder.addr : `127.0.0.1:${upstream.port}`;
    const { exitCode, stderr } = await check("-addr", addr, "-rpc-timeout=60ms", "--protocol", protocol);
    assert.deepEqual([exitCode, stderr], [3, "timeout: health rpc did not complete within 60ms\n"]);
  });
}

Deno.test("rollcall check gives connecting and the call 1 s each, and tells the server the call's", async () => {
  await using recorder = await startRecorder();
  const armedMs: number[] = [];
  const after = (ms: number, wake: () => void) => {
    armedMs.push(ms);
    return leisurely(1_000).after(ms, wake);
  };
  const clock = { ...systemClock, after };
  await runRollcall(["check", recorder.addr], { clock });
  assert.equal(recorder.headers()["grpc-timeout"], "1000m");
  assert.equal(armedMs.filter((ms) => ms === 1_000).length, 2);
  await runRollcall(["check", recorder.addr, "-rpc-timeout", "1m30s"], { clock });
  assert.equal(recorder.headers()["grpc-timeout"], "90000m");
});

Deno.test("rollcall check sends -user-agent and each -rpc-header", async () => {
  await using recorder = await startRecorder();
  await check(
    "-addr",
    recorder.addr,
    "-rpc-header",
    "X-Token:  a:b",
    "-rpc-header",
    "x-more: 1",
    "-rpc-header=x-more: 2",
  );
  assert.equal(recorder.headers()["user-agent"], "grpc_health_probe");
  assert.equal(recorder.headers()["x-token"], "a:b");
  assert.equal(recorder.headers()["x-more"], "1, 2");
  await check("-addr", recorder.addr, "-user-agent", "my-probe/1");
  assert.equal(recorder.headers()["user-agent"], "my-probe/1");
  assert.equal((await check("-addr", recorder.addr, "-rpc-header", "no-colon")).exitCode, 1);
});

Deno.test("rollcall check -gzip compresses the request, and reads a compressed answer", async () => {
  await using recorder = await startRecorder();
  for (const [args, encoding, flag] of [[["-gzip"], "gzip", 1], [[], undefined, 0]] as const) {
    const { exitCode, stderr } = await check("-addr", recorder.addr, "-service", "acme.Shop", ...args);
    assert.deepEqual([exitCode, stderr], [0, "status: SERVING\n"]);
    assert.equal(recorder.headers()["grpc-encoding"], encoding);
    assert.equal(recorder.flag(), flag);
    assert.equal(recorder.service(), "acme.Shop");
  }
  await using upstream = await startGrpcJsUpstream();
  assert.equal((await check(upstream.url, "-gzip")).exitCode, 0);
});

Deno.test("rollcall check -tls trusts what -tls-ca-cert says, and only that", async () => {
  await using upstream = await startHttp2Upstream({ certificate: "good" });
  const addr = `localhost:${upstream.port}`;
  assert.deepEqual(await check("-addr", addr, "-tls", "-tls-ca-cert", `${TLS}ca.pem`), {
    exitCode: 0,
    stdout: "",
    stderr: "status: SERVING\n",
  });
  assert.equal((await check("-addr", addr, "-tls")).exitCode, 2);
  assert.equal((await check("-addr", addr, "-tls=false")).exitCode, 2);
  assert.equal((await check(`grpcs://${addr}`, "-tls-ca-cert", `${TLS}ca.pem`)).exitCode, 0);
  const overFetch = await check(`https://${addr}`, "--protocol", "connect", "-tls-ca-cert", `${TLS}ca.pem`);
  assert.equal(overFetch.exitCode, 0);
  const untrusted = await check(`https://${addr}`, "--protocol", "connect");
  assert.equal(untrusted.exitCode, 2);
  assert.match(untrusted.stderr, /^error: failed to connect service at .*: invalid peer certificate/);
});

Deno.test("rollcall check -tls-server-name is the name looked for, and -tls-no-verify looks for none", async () => {
  await using wrongName = await startHttp2Upstream({ certificate: "wrong-name" });
  const args = ["-addr", `localhost:${wrongName.port}`, "-tls"];
  const named = ["-tls-ca-cert", `${TLS}ca.pem`, "-tls-server-name", "elsewhere.example"];
  assert.equal((await check(...args, ...named)).exitCode, 0);
  assert.equal((await check(...args, ...named.slice(0, 2))).exitCode, 2);
  assert.equal((await check(...args, "-tls-no-verify")).exitCode, 0);
  await using expired = await startHttp2Upstream({ certificate: "expired" });
  assert.equal((await check("-addr", `localhost:${expired.port}`, "-tls", "-tls-no-verify")).exitCode, 0);
});

Deno.test("rollcall check shows -tls-client-cert with -tls-client-key to a server that asks", async () => {
  await using upstream = await startHttp2Upstream({ certificate: "good", isClientAsked: true });
  const args = ["-addr", `localhost:${upstream.port}`, "-tls"];
  const client = ["-tls-client-cert", `${TLS}client.pem`, "-tls-client-key", `${TLS}client.key.pem`];
  assert.equal((await check(...args, "-tls-ca-cert", `${TLS}ca.pem`, ...client)).exitCode, 0);
  assert.notEqual((await check(...args, "-tls-ca-cert", `${TLS}ca.pem`)).exitCode, 0);
  assert.equal((await check(...args, "-tls-no-verify", ...client)).exitCode, 0);
});

Deno.test("rollcall check asks in each --protocol", async () => {
  await using connect = await startUpstream();
  await using native = await startHttp2Upstream();
  await using jina = await startJinaGateway();
  const asked = async (...args: readonly string[]) => {
    const { exitCode, stdout } = await check(...args, "--json");
    return [exitCode, JSON.parse(stdout).protocol];
  };
  for (const protocol of ["grpc-web", "connect", "auto"]) {
    assert.deepEqual(await asked(connect.url, "--protocol", protocol), [0, protocol]);
  }
  assert.deepEqual(await asked(connect.url), [0, "auto"]);
  assert.deepEqual(await asked(native.url), [0, "grpc"]);
  assert.deepEqual(await asked(jina.http, "--protocol", "jina"), [0, "jina"]);
  assert.deepEqual(await asked(jina.ws), [0, "jina"]);
  const overGrpc = await check(jina.grpc, "--protocol", "jina", "-v");
  assert.equal(overGrpc.stderr.match(/connection established/g)?.length, 1);
  jina.fail("down");
  assert.deepEqual(await asked(jina.http, "--protocol", "jina"), [4, "jina"]);
  await using web = await startWebUpstream();
  assert.deepEqual(await asked(`http://${web.host}`, "--protocol", "http"), [0, "http"]);
});

Deno.test("rollcall check ends with 3 when the server has no health service", async () => {
  await using recorder = await startRecorder({ grpcStatus: 12 });
  assert.deepEqual(await check("-addr", recorder.addr), {
    exitCode: 3,
    stdout: "",
    stderr: "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): no such method\n",
  });
});

Deno.test("rollcall check -v tells its options and the times, but no header's value", async () => {
  await using upstream = await startHttp2Upstream({ certificate: "good" });
  const addr = `localhost:${upstream.port}`;
  const { exitCode, stderr } = await check(
    "-addr",
    addr,
    "-v",
    "-rpc-header",
    "x-token: hidden",
    "-tls",
    "-tls-ca-cert",
    `${TLS}ca.pem`,
  );
  assert.equal(exitCode, 0);
  assert.deepEqual(stderr.replaceAll(/(took |connect=|rpc=)[\d.]+m?s/g, "$1N").split("\n"), [
    "parsed options:",
    `> addr=${addr} conn_timeout=1s rpc_timeout=1s`,
    "> headers: x-token: ***",
    "> tls=true",
    "  > no-verify=false",
    `  > ca-cert=${TLS}ca.pem`,
    "  > client-cert=",
    "  > client-key=",
    "  > server-name=",
    "> alts=false",
    "> spiffe=false",
    "establishing connection",
    "connection established (took N)",
    "time elapsed: connect=N rpc=N",
    "status: SERVING",
    "",
  ]);
});

Deno.test("rollcall check -version prints the version and ends with 0; -h ends with 1, --help with 0", async () => {
  for (const flag of ["-version", "--version"]) {
    assert.deepEqual(await check(flag), { exitCode: 0, stdout: `${VERSION}\n`, stderr: "" });
  }
  const { exitCode, stdout, stderr } = await check("-h");
  assert.deepEqual([exitCode, stdout], [1, ""]);
  assert.match(stderr, /^Usage: rollcall check /);
  assert.equal((await check("--help")).exitCode, 0);
});

const WRONG: readonly (readonly [args: string, problem: string])[] = [
  ["", "-addr not specified"],
  ["-addr=", "-addr not specified"],
  ["-addr h:1 -connect-timeout 0", "-connect-timeout must be greater than zero (specified: 0s)"],
  ["-addr h:1 -rpc-timeout -1s", "-rpc-timeout must be greater than zero (specified: -1s)"],
  ["-addr h:1 -alts -spiffe", "-alts and -spiffe are mutually incompatible"],
  ["-addr h:1 -alts -tls", "cannot specify -tls with -alts"],
  ["-addr h:1 -spiffe -tls", "-tls and -spiffe are mutually incompatible"],
  ["-addr h:1 -tls-no-verify", "specified -tls-no-verify without specifying -tls"],
  ["-addr h:1 -tls-ca-cert f", "specified -tls-ca-cert without specifying -tls"],
  ["-addr h:1 -tls-client-cert f", "specified -tls-client-cert without specifying -tls"],
  ["-addr h:1 -tls-server-name n", "specified -tls-server-name without specifying -tls"],
  ["-addr h:1 -tls -tls-client-cert f", "specified -tls-client-cert without specifying -tls-client-key"],
  ["-addr h:1 -tls-client-key f", "specified -tls-client-key without specifying -tls-client-cert"],
  [
    "-addr h:1 -tls -tls-no-verify -tls-ca-cert f",
    "cannot specify -tls-ca-cert with -tls-no-verify (CA cert would not be used)",
  ],
  [
    "-addr h:1 -tls -tls-no-verify -tls-server-name n",
    "cannot specify -tls-server-name with -tls-no-verify (server name would not be used)",
  ],
  ["-addr h:1 -alts", "Cannot use -alts: Deno has no ALTS; use -tls, or grpc_health_probe for this server"],
  [
    "-addr h:1 -spiffe",
    "Cannot use -spiffe: Deno has no SPIFFE Workload API; " +
    "write the SVID to files, and name them in -tls-client-cert and -tls-client-key",
  ],
  [
    "https://h -gzip",
    "Cannot use -gzip with protocol auto: Deno's fetch has no such option; add --protocol grpc",
  ],
  [
    "https://h --protocol connect -tls-server-name n",
    "Cannot use -tls-server-name with protocol connect: Deno's fetch has no such option; add --protocol grpc",
  ],
  [
    "https://h -tls-no-verify",
    "Cannot use -tls-no-verify with protocol auto: Deno's fetch has no such option; add --protocol grpc",
  ],
  ["h:1 -addr h:2", "two addresses; write one of them"],
  ["-addr h:1 -servce x", "unknown option '--servce'; did you mean --service?"],
  [
    "-addr h:1 -rpc-timeout 1",
    "option '--rpc-timeout <duration>' argument '1' is invalid; write it as 500ms, 1s or 1m30s",
  ],
  ["-addr h:1 -tls=maybe", 'invalid boolean value "maybe" for -tls; write -tls alone, or -tls=false'],
];

for (const [args, problem] of WRONG) {
  Deno.test(`rollcall check ${args} ends with 1: ${problem}`, async () => {
    const expected = { exitCode: 1, stdout: "", stderr: `error: ${problem}\n` };
    assert.deepEqual(await check(...args.split(" ").filter((arg) => arg !== "")), expected);
  });
}

Deno.test("rollcall check tells which file of certificates it cannot use", async () => {
  const missing = await check("-addr", "h:1", "-tls", "-tls-ca-cert", "/nowhere.pem");
  assert.equal(missing.exitCode, 1);
  assert.match(missing.stderr, /^error: failed to initialize tls credentials\. error=\/nowhere\.pem: /);
  const empty = await check("-addr", "h:1", "-tls", "-tls-ca-cert", `${TLS}client.key.pem`);
  assert.match(empty.stderr, /error=no CERTIFICATE in .*client\.key\.pem/);
});

Deno.test("rollcall check asks a server on a Unix socket", async () => {
  const folder = await Deno.makeTempDir();
  const unixPath = `${folder}/health.sock`;
  assert.equal((await check("-addr", `unix://${unixPath}`)).exitCode, 2);
  await using recorder = await startRecorder({ unixPath });
  assert.equal((await check("-addr", recorder.addr, "-service", "acme.Shop")).exitCode, 0);
  assert.deepEqual([recorder.service(), recorder.headers()[":authority"]], ["acme.Shop", "localhost"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("rollcall check ends at Ctrl-C", async () => {
  await using recorder = await startRecorder({ isSilent: true });
  const running = startRollcall(["check", recorder.addr, "-v", "-rpc-timeout", "1h", "-connect-timeout", "1h"]);
  await eventually(() => running.stderr().includes("established") || undefined, running.stderr);
  running.stop();
  assert.equal(await running.exitCode, 3);
  const error = "error: health rpc failed: rpc error: code = Canceled desc = context canceled";
  assert.ok(running.stderr().endsWith(`cancellation received\n${error}\n`));
});
