import assert from "node:assert/strict";
import { runRollcall } from "../support/cli.ts";

async function validate(text: string, ...args: string[]) {
  return await validateAs("fleet.toml", text, args);
}

async function validateAs(name: string, text: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const folder = await Deno.makeTempDir({ prefix: "rollcall-cli-" });
  try {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    return await runRollcall(["validate", `${folder}/${name}`, ...args], { env });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const WORKER = '[triggers]\ncrons = ["* * * * *"]\n[[kv_namespaces]]\nbinding = "KV"\n';

function upstreams(count: number, more: string, header = "vars.UPSTREAMS"): string {
  return Array.from(
    { length: count },
    (_, index) => `[[${header}]]\nname = "u${index}"\nurl = "https://u${index}.example.com"\n${more}\n`,
  )
    .join("");
}

Deno.test("rollcall validate tells every mistake at once, each with its fix, and ends with 1", async () => {
  const { exitCode, stdout } = await validate(
    '[[UPSTREAMS]]\nname = "a"\nurl = "https://a.example.com"\ntimeout = 5\nprotocol = "grcp"\n[[UPSTREAMS]]\nurl = "http://10.0.0.1"\n',
  );
  assert.equal(exitCode, 1);
  const lines = stdout.trim().split("\n");
  assert.match(lines[0] ?? "", /^error: .*UPSTREAMS\[0\]\.timeout of upstream "a": unknown field; did you mean/);
  assert.match(stdout, /^error: .*protocol "grcp" of upstream "a": no protocol for https:\/\/; use /m);
  assert.match(stdout, /^error: .*UPSTREAMS\[1\]\.name: missing; give /m);
  assert.match(stdout, /^error: .*10\.0\.0\.1 is a private address; /m);
  assert.match(lines.at(-1) ?? "", /: 4 errors$/);
});

Deno.test("rollcall validate names the place of a syntax error, and shows no text of the file", async () => {
  const { exitCode, stdout } = await validate('[[UPSTREAMS]]\nname = "secret');
  assert.equal(exitCode, 1);
  assert.match(stdout, /^error: Cannot parse "[^"]*fleet\.toml": not TOML at line 2 column \d+; correct it\n/);
  assert.doesNotMatch(stdout, /secret/);
});

Deno.test("rollcall validate predicts what a Worker costs", async () => {
  const native = '[[vars.UPSTREAMS]]\nname = "n"\nurl = "grpc://n.example.com"\nservices = ["", "a"]\nttlMs = 90000\n';
  const { exitCode, stdout } = await validateAs(
    "wrangler.toml",
    WORKER + upstreams(3, 'protocol = "grpc-web"') + native,
  );
  assert.equal(exitCode, 0, stdout);
  assert.match(stdout, /valid for Workers; 4 upstreams, 5 targets, 0 groups$/m);
  assert.match(stdout, /^a refresh: +5 probes, up to 3 KV operations; a failure is confirmed by up to 4 more$/m);
  // A read by each of cron's 1440 refreshes and before each of the 288 writes.
  assert.match(
    stdout,
    /^KV a day: +about 1728 reads, and one for each isolate that was idle; 288 writes, 900 at most$/m,
  );
  assert.match(stdout, /^CPU a refresh: about 2\.1 ms on Workers$/m);
  assert.match(stdout, /^plan: +fits the free one/m);
  assert.match(stdout, /^u0 +4 +1 +15 s$/m);
  assert.match(stdout, /^n +1\.33 +1 +1 min$/m);
  assert.doesNotMatch(stdout, /warning/);
});

for (
  const [what, text, said] of [
    [
      "a fleet larger than an invocation",
      WORKER + upstreams(100, 'protocol = "connect"'),
      /100 targets are more than PROBES_PER_INVOCATION \(45\): each is probed in one of 3 refreshes; raise it on a paid plan/,
    ],
    [
      "a fleet that leaves nothing to confirm by",
      WORKER + upstreams(45, 'protocol = "connect"'),
      /45 targets leave few of PROBES_PER_INVOCATION \(45\) to confirm failures by/,
    ],
    [
      "a budget beyond the free plan",
      `${WORKER}[vars]\nPROBES_PER_INVOCATION = 200\n${upstreams(60, 'protocol = "connect"')}`,
      /plan: +needs the paid plan: 60 subrequests a refresh, of 50; about 17 ms of CPU a refresh, of 10/,
    ],
    [
      "more writes than the free plan has",
      `${WORKER}[vars]\nKV_WRITES_PER_DAY = 5000\n${upstreams(1, 'protocol = "connect"')}`,
      /needs the paid plan: 5000 KV writes a day, of 1000/,
    ],
    [
      "a Worker without KV",
      '[triggers]\ncrons = ["* * * * *"]\n' + upstreams(1, 'protocol = "connect"'),
      /no KV namespace is bound as KV.*add \[\[kv_namespaces\]\]/,
    ],
    [
      "a Worker without cron",
      '[[kv_namespaces]]\nbinding = "KV"\n' + upstreams(1, 'protocol = "connect"'),
      /nothing refreshes the fleet while nobody asks; add \[triggers\]/,
    ],
    [
      "protocols to find out",
      WORKER + upstreams(7, ""),
      /a refresh: +7 probes, up to 28 more while[^]*u0, u1, u2, u3, u4 and 2 more find out what they speak/,
    ],
    [
      "names to discover",
      WORKER + upstreams(1, 'protocol = "grpc"\nservices = "*"'),
      /u0 may list any number of names; LIST_MAX is 100/,
    ],
    [
      "a var that is too long",
      WORKER + upstreams(60, 'protocol = "connect"\nservices = ["", "acme.example.LongServiceName"]'),
      /UPSTREAMS takes \d+ bytes, and a Worker var holds 5120/,
    ],
    [
      "a token in the file",
      `${WORKER}[vars]\nREAD_TOKEN = "0123456789abcdef"\n${upstreams(1, 'protocol = "connect"')}`,
      /READ_TOKEN stands in the file/,
    ],
    [
      "secrets that are not known here",
      WORKER + upstreams(1, 'protocol = "connect"\nheaders = { a = "secret:UPSTREAM_A" }'),
      /not set here, and not checked: UPSTREAM_A; where it runs, run wrangler secret put for each/,
    ],
    [
      "an upstream that tells its status, and no place to keep it",
      `${WORKER}[[vars.UPSTREAMS]]\nname = "p"\nprotocol = "push"\n`,
      /nothing keeps what p would tell; add \[\[durable_objects\.bindings\]\] AUTHORITY/,
    ],
    ["no upstream", `${WORKER}[vars]\nUPSTREAMS = []\n`, /no upstream is registered, so the fleet is UNKNOWN/],
  ] as const
) {
  Deno.test(`rollcall validate warns when there is ${what}`, async () => {
    const { exitCode, stdout } = await validateAs("wrangler.toml", text);
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, said);
  });
}

Deno.test("rollcall validate takes a Worker's Durable Object for the place where statuses are told", async () => {
  const told = `${WORKER}[[vars.UPSTREAMS]]\nname = "p"\nprotocol = "push"\n` +
    '[[durable_objects.bindings]]\nname = "AUTHORITY"\nclass_name = "RollcallAuthority"\n';
  const { exitCode, stdout } = await validateAs("wrangler.toml", told);
  assert.equal(exitCode, 0, stdout);
  assert.doesNotMatch(stdout, /warning/);
});

Deno.test("rollcall validate knows a wrangler.toml's bindings", async () => {
  const text =
    `${WORKER}[[services]]\nbinding = "SHOP"\nservice = "shop"\n[[vars.UPSTREAMS]]\nname = "a"\nurl = "http://a.internal"\nprotocol = "http"\n`;
  assert.equal((await validateAs("wrangler.toml", `${text}via = "SHOP"\n`)).exitCode, 0);
  const { exitCode, stdout } = await validateAs("wrangler.toml", `${text}via = "SHOPS"\n`);
  assert.equal(exitCode, 1);
  assert.match(stdout, /via "SHOPS" .*: the Worker has no binding of this name; add to wrangler\.toml/);
});

Deno.test("rollcall validate --platform judges for where the registry is to run", async () => {
  const watched = upstreams(1, 'protocol = "connect"\nwatch = true', "UPSTREAMS");
  const onDeno = await validate(watched);
  assert.equal(onDeno.exitCode, 0);
  // Deno's own timer is every 20 s, and it knows no plan.
  assert.match(onDeno.stdout, /valid for Deno[^]*^u0 +4 +3 +15 s$/m);
  assert.doesNotMatch(onDeno.stdout, /plan:|CPU|KV a day/);
  assert.equal(
    (await validate(watched, "--platform", "deno")).stdout.replace(/^.*?: /, ""),
    onDeno.stdout.replace(/^.*?: /, ""),
  );
  const onWorkers = await validate(watched, "--platform", "workers");
  assert.equal(onWorkers.exitCode, 1);
  assert.match(onWorkers.stdout, /watch true of upstream "u0": /);
  const neither = await validate(watched, "--platform", "node");
  assert.equal(neither.exitCode, 2);
  assert.match(neither.stderr, /allowed choices are workers, deno/);
});

Deno.test("rollcall validate reads the knobs of a process from its environment", async () => {
  const text = upstreams(1, 'protocol = "connect"', "UPSTREAMS");
  const { stdout } = await validateAs("fleet.toml", text, [], { TTL_MS: "5000", REFRESH_EVERY_MS: "60000" });
  assert.match(stdout, /^u0 +12 +1 +5 s$/m);
  const wrong = await validateAs("fleet.toml", text, [], { TTL_MS: "soon" });
  assert.match(wrong.stdout, /^error: Cannot parse TTL_MS "soon": not a whole number/);
});

const STAGED = `${WORKER}${upstreams(2, 'protocol = "connect"')}
[env.staging.vars]
TTL_MS = 5000
[[env.staging.vars.UPSTREAMS]]
name = "s"
url = "https://s.example.com"
protocol = "connect"
[[env.broken.vars.UPSTREAMS]]
name = "b"
[env.empty]
`;

Deno.test("rollcall validate --env checks what that environment of a wrangler.toml has, which inherits cron only", async () => {
  const whole = await validateAs("wrangler.toml", STAGED);
  assert.match(whole.stdout, /2 upstreams[^]*warning: not checked: staging, broken, empty; add --env staging$/m);
  const { exitCode, stdout } = await validateAs("wrangler.toml", STAGED, ["--env", "staging"]);
  assert.equal(exitCode, 0, stdout);
  assert.match(stdout, /valid for Workers; 1 upstream, [^]*^s +12 +1 +5 s$/m);
  // Its KV namespace is not inherited, its cron is.
  assert.match(stdout, /no KV namespace is bound as KV/);
  assert.doesNotMatch(stdout, /nothing refreshes|not checked/);
  const broken = await validateAs("wrangler.toml", STAGED, ["--env", "broken"]);
  assert.equal(broken.exitCode, 1);
  assert.match(broken.stdout, /^error: Cannot parse UPSTREAMS\[0\]\.url of upstream "b": missing/);
  const empty = await validateAs("wrangler.toml", STAGED, ["--env", "empty"]);
  assert.equal(empty.exitCode, 1);
  assert.match(empty.stdout, /it has neither UPSTREAMS nor GROUPS/);
});

for (
  const [name, text, said] of [
    ["wrangler.toml", STAGED, /there is no \[env\.prod\]; it has staging, broken, empty\n$/],
    ["wrangler.toml", WORKER, /there is no \[env\.prod\]; leave out --env\n$/],
    ["fleet.toml", STAGED, /environment prod of .*fleet\.toml: it is no wrangler\.toml; leave out --env\n$/],
  ] as const
) {
  Deno.test(`rollcall validate --env prod ends with 2, as ${said}`, async () => {
    const { exitCode, stderr } = await validateAs(name, text, ["--env", "prod"]);
    assert.equal(exitCode, 2);
    assert.match(stderr, said);
  });
}

Deno.test("rollcall validate reads a wrangler.jsonc, comments and commas and all", async () => {
  const text = `// A Worker's.
{
  /* its cron */ "triggers": { "crons": ["* * * * *"], },
  "kv_namespaces": [{ "binding": "KV" }],
  "vars": { "UPSTREAMS": [{ "name": "a", "url": "https://a.example.com", "protocol": "connect" }, ] }, // ,]
}
`;
  const { exitCode, stdout } = await validateAs("wrangler.jsonc", text);
  assert.equal(exitCode, 0, stdout);
  assert.match(stdout, /valid for Workers; 1 upstream, 1 target, 0 groups$/m);
  assert.doesNotMatch(stdout, /warning/);
});
