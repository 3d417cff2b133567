import assert from "node:assert/strict";
import { runRollcall } from "../support/cli.ts";
import { schemaFaults } from "../support/health-schema.ts";
import { startGrpcJsUpstream } from "../support/grpc-js-upstream.ts";
import { startUpstream } from "../support/upstream.ts";

/** A registry file with this text; the caller disposes of it. */
async function registryFile(text: string, name = "fleet.toml") {
  const folder = await Deno.makeTempDir({ prefix: "rollcall-cli-" });
  await Deno.writeTextFile(`${folder}/${name}`, text);
  return { path: `${folder}/${name}`, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

const block = (name: string, url: string, more = "") => `[[UPSTREAMS]]\nname = "${name}"\nurl = "${url}"\n${more}\n`;

for (const [status, exitCode] of [["SERVING", 0], ["NOT_SERVING", 1], ["UNKNOWN", 1]] as const) {
  Deno.test(`rollcall probe ends with ${exitCode} when the fleet is ${status}`, async () => {
    await using upstream = await startUpstream({ services: { "": status } });
    await using file = await registryFile(block("a", upstream.url));
    const { exitCode: seen, stdout } = await runRollcall(["probe", file.path]);
    assert.equal(seen, exitCode, stdout);
    assert.match(stdout, new RegExp(`^a +${status} +\\d+ ms +grpc-web`, "m"));
  });
}

Deno.test("rollcall probe tells latency, protocol, reason and what was tried of each target, confirmed failures included", async () => {
  await using web = await startUpstream({ services: { "": "SERVING", "acme.Shop": "NOT_SERVING" } });
  await using native = await startGrpcJsUpstream();
  const dead = await startUpstream();
  await dead.close();
  await using file = await registryFile(
    block("web", web.url, 'services = ["", "acme.Shop", "acme.Gone"]') + block("native", native.url) +
      block("dead", dead.url) + '[GROUPS]\nshop = ["web"]\n',
  );
  const { stdout, exitCode } = await runRollcall(["probe", file.path]);
  assert.equal(exitCode, 1);
  assert.match(stdout, /^NOT_SERVING {2}2 of 5 targets serve\n/);
  assert.match(stdout, /^shop +NOT_SERVING +web\/acme\.Shop, web\/acme\.Gone$/m);
  assert.match(stdout, /^ {2}acme\.Shop +NOT_SERVING +\d+ ms +grpc-web +answers NOT_SERVING$/m);
  assert.match(stdout, /^ {2}acme\.Gone +NOT_SERVING .*service_not_registered: /m);
  assert.match(stdout, /^native +SERVING +\d+ ms +grpc$/m);
  assert.match(stdout, /^dead +NOT_SERVING .*unavailable: .*; tried .*connect \(.*; 4 attempts$/m);
});

Deno.test("rollcall probe reads a wrangler.toml, its knobs, and secrets from the environment", async () => {
  let authorization: string | null = null;
  await using upstream = await startUpstream({
    handler: (_service, { requestHeader }) => {
      authorization = requestHeader.get("authorization");
      return "SERVING";
    },
  });
  await using silent = await startUpstream({ handler: () => new Promise(() => {}) });
  const text =
    `[vars]\nPROBE_TIMEOUT_MS = 50\n[[vars.UPSTREAMS]]\nname = "a"\nurl = "${upstream.url}"\ntimeoutMs = 1000\n` +
    `headers = { authorization = "secret:UPSTREAM_TOKEN" }\n[[vars.UPSTREAMS]]\nname = "b"\nprotocol = "connect"\nurl = "${silent.url}"\n`;
  await using file = await registryFile(text, "wrangler.toml");
  const without = await runRollcall(["probe", file.path]);
  assert.equal(without.exitCode, 2);
  assert.match(without.stderr, /^error: Cannot probe .*: UPSTREAM_TOKEN is not set; set the environment variables\n$/);
  const { stdout, exitCode } = await runRollcall(["probe", file.path], {
    env: { UPSTREAM_TOKEN: "s3cret", TTL_MS: "no" },
  });
  assert.equal(authorization, "s3cret");
  assert.equal(exitCode, 1);
  assert.doesNotMatch(stdout, /s3cret/);
  assert.match(stdout, /^b .*timeout: no answer within 50 ms/m);
});

Deno.test("rollcall probe leaves out what only a Worker's binding reaches", async () => {
  await using upstream = await startUpstream();
  const bound = block("bound", "http://bound.internal", 'via = "BOUND"');
  await using mixed = await registryFile(bound + block("a", upstream.url) + '[GROUPS]\n"" = ["a", "bound"]\n');
  const { exitCode, stderr, stdout } = await runRollcall(["probe", mixed.path]);
  assert.equal(exitCode, 0, stdout);
  assert.equal(stderr, "not probed: bound is reached through a Worker's binding only\n");
  await using alone = await registryFile(bound);
  assert.equal((await runRollcall(["probe", alone.path])).exitCode, 1);
});

Deno.test("rollcall probe leaves out what tells its status to a deployment", async () => {
  await using upstream = await startUpstream();
  const told = ["push", "satellite"].map((protocol) =>
    `[[UPSTREAMS]]\nname = "${protocol}"\nprotocol = "${protocol}"\n`
  );
  await using mixed = await registryFile(told.join("") + block("a", upstream.url));
  const { exitCode, stderr, stdout } = await runRollcall(["probe", mixed.path]);
  assert.equal(exitCode, 0, stdout);
  assert.equal(
    stderr,
    "not probed: push is told to a deployment, and not asked\nnot probed: satellite is told to a deployment, and not asked\n",
  );
  await using alone = await registryFile(told.join(""));
  assert.equal((await runRollcall(["probe", alone.path])).exitCode, 1);
});

Deno.test("rollcall probe --json prints the report as /health has it", async () => {
  await using upstream = await startUpstream();
  await using file = await registryFile(
    JSON.stringify({ UPSTREAMS: [{ name: "a", url: upstream.url, services: "*" }] }),
    "fleet.json",
  );
  const { stdout, exitCode } = await runRollcall(["probe", file.path, "--json"]);
  assert.equal(exitCode, 0);
  const report = JSON.parse(stdout);
  assert.deepEqual(schemaFaults(report), []);
  assert.deepEqual(report.counts, {
    targets: 1,
    serving: 1,
    notServing: 0,
    unknown: 0,
    late: 0,
    suspect: 0,
    critical: 1,
    maintenance: 0,
  });
});

Deno.test("rollcall probe shows its progress on a terminal only, and clears it", async () => {
  await using upstream = await startUpstream({ services: { "": "SERVING", a: "SERVING", b: "SERVING" } });
  await using file = await registryFile(block("x", upstream.url, 'services = ["", "a", "b"]\nprotocol = "connect"'));
  let text = "";
  const stderr = { isTerminal: true, columns: 80, write: (more: string) => void (text += more) };
  await runRollcall(["probe", file.path], { stderr });
  const erase = "\x1b[K";
  const line = (full: number, done: number) =>
    `\r[${"#".repeat(full)}${".".repeat(20 - full)}] ${done} of 3 targets probed${erase}`;
  assert.equal(text, `${line(7, 1)}${line(13, 2)}${line(20, 3)}\r${erase}`);
  assert.equal((await runRollcall(["probe", file.path])).stderr, "");
});

Deno.test("rollcall probe asks a fleet larger than any invocation, at one go", async () => {
  await using upstream = await startUpstream();
  const services = Array.from({ length: 200 }, (_, index) => `s${index}`);
  for (const service of services) upstream.setStatus(service, "SERVING");
  await using file = await registryFile(
    `${block("x", upstream.url, `protocol = "connect"\nservices = ${JSON.stringify(services)}`)}`,
  );
  const env = { PROBES_PER_INVOCATION: "10", CONCURRENCY: "2" };
  const { stdout, exitCode } = await runRollcall(["probe", file.path], { env });
  assert.equal(exitCode, 0, stdout);
  assert.match(stdout, /^SERVING {2}200 of 200 targets serve\n/);
  assert.equal(upstream.requests(), 200);
});

Deno.test("rollcall probe tells all that is wrong with a file, and asks nobody", async () => {
  await using upstream = await startUpstream();
  await using file = await registryFile(block("a", upstream.url, "ttlMs = 0") + block("a", upstream.url));
  const { exitCode, stderr } = await runRollcall(["probe", file.path]);
  assert.equal(exitCode, 2);
  assert.match(
    stderr,
    /^error: Cannot parse UPSTREAMS\[0\]\.ttlMs 0 .*\nerror: Cannot parse UPSTREAMS\[1\]\.name "a".*\n.*: 2 errors\n$/,
  );
  assert.equal(upstream.requests(), 0);
  const missing = await runRollcall(["probe", "/no/such/file"]);
  assert.equal(missing.exitCode, 2);
  assert.match(missing.stderr, /^error: Cannot read "\/no\/such\/file": there is no such file; name a registry file/);
});
