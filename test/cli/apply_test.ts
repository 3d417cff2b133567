import assert from "node:assert/strict";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import type { JsonObject } from "@bufbuild/protobuf";
import { HealthCheckResponse_ServingStatus as Status } from "../../src/gen/grpc/health/v1/health_pb.ts";
import type { RegistryService } from "../../src/gen/rollcall/v1/registry_pb.ts";
import type { Io } from "../../src/cli/io.ts";
import { runRollcall } from "../support/cli.ts";
import { startWrittenServices, WRITE_TOKEN } from "../support/written-services.ts";

const FLEET = `
[[UPSTREAMS]]
name = "payments"
url = "grpc://10.0.0.7:50051"
headers = { authorization = "secret:UPSTREAM_PAYMENTS" }
timeoutMs = 800

[GROUPS]
"acme.Shop" = ["payments", "deployed-one"]
`;

const REGISTRY = {
  upstreams: [{
    name: "payments",
    url: "grpc://10.0.0.7:50051",
    headers: { authorization: "secret:UPSTREAM_PAYMENTS" },
    timeoutMs: 800,
  }],
  groups: { "acme.Shop": ["payments", "deployed-one"] },
};

const PREVIEW = {
  status: Status.NOT_SERVING,
  names: [
    { name: "", status: Status.NOT_SERVING, cause: "timeout" },
    { name: "checkout", status: Status.SERVING },
    { name: "search", status: Status.SERVING },
    { name: "payments", status: Status.NOT_SERVING, cause: "timeout", message: "1500 ms" },
    { name: "stock", status: Status.NOT_SERVING },
  ],
  diff: { added: ["search", 'group "acme.Shop"'], removed: ["stock"], changed: ["payments"] },
  warnings: ["checkout was deployed, and stays as it is"],
  cost: { probesPerRefresh: 3, probesPerMinute: 12.3456 },
};

/** A deployment at `version`, and what was applied to it. */
async function startRegistry(version: number, more: Partial<ServiceImpl<typeof RegistryService>> = {}) {
  const applied: { registry: JsonObject | undefined; expectedVersion: number }[] = [];
  const server = await startWrittenServices({
    registry: {
      getRegistry: () => ({ version }),
      preview: () => PREVIEW,
      applyRegistry: ({ registry, expectedVersion }) => {
        applied.push({ registry, expectedVersion });
        return { version: expectedVersion + 1, diff: PREVIEW.diff };
      },
      ...more,
    },
  });
  return { url: server.url, applied, [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
}

async function apply(text: string, args: readonly string[], io: Partial<Io> = {}, name = "fleet.toml") {
  const folder = await Deno.makeTempDir({ prefix: "rollcall-cli-" });
  try {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    return await runRollcall(["apply", `${folder}/${name}`, ...args], { env: { ADMIN_TOKEN: WRITE_TOKEN }, ...io });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A person who says this. */
function person(answer: string | undefined): Pick<Io, "stdin"> {
  return { stdin: { isTerminal: true, readLine: () => Promise.resolve(answer) } };
}

Deno.test("rollcall apply --yes shows the difference, the live verdict, warnings and cost, and applies what the file says", async () => {
  await using registry = await startRegistry(3);
  const { exitCode, stdout, stderr } = await apply(FLEET, ["--yes", "--to", registry.url]);
  assert.equal(exitCode, 0, stderr);
  assert.equal(stderr, "warning: checkout was deployed, and stays as it is\n");
  assert.deepEqual(stdout.split("\n"), [
    "- stock",
    "~ payments",
    "+ search",
    '+ group "acme.Shop"',
    "",
    "then, as probed now: NOT_SERVING",
    "NAME      STATUS       WHY",
    "search    SERVING",
    "payments  NOT_SERVING  timeout: 1500 ms",
    "stock     NOT_SERVING  answers NOT_SERVING",
    "and 1 more, SERVING",
    "cost: 3 probes a refresh, 12.35 a minute at most",
    "",
    "applied: version 4",
    "",
  ]);
  assert.deepEqual(registry.applied, [{ registry: REGISTRY, expectedVersion: 3 }]);
});

for (
  const [answer, isApplied] of [["y", true], ["Yes ", true], ["", false], ["n", false], [undefined, false]] as const
) {
  Deno.test(`rollcall apply ${isApplied ? "applies" : "does not apply"} when asked and told ${answer}`, async () => {
    await using registry = await startRegistry(3);
    const { exitCode, stdout, stderr } = await apply(FLEET, ["--to", registry.url], person(answer));
    assert.ok(stderr.includes(`Apply it to ${registry.url} in the place of version 3? [y/N] `), stderr);
    assert.equal(exitCode, isApplied ? 0 : 1);
    assert.equal(registry.applied.length, isApplied ? 1 : 0);
    assert.equal(stdout.includes("\napplied: version 4\n"), isApplied);
    assert.equal(stderr.includes("error: not applied: you did not say yes\n"), !isApplied);
  });
}

Deno.test("rollcall apply asks nothing of anybody when there is no terminal and no --yes", async () => {
  const { exitCode, stdout, stderr } = await apply(FLEET, ["--to", "http://127.0.0.1:1"]);
  assert.deepEqual([exitCode, stdout], [2, ""]);
  assert.match(stderr, /this is no terminal; add --yes, or --dry-run to look only\n$/);
});

Deno.test("rollcall apply --dry-run changes nothing, and needs nobody", async () => {
  await using registry = await startRegistry(3);
  const { exitCode, stdout } = await apply(FLEET, ["--dry-run", "--to", registry.url]);
  assert.deepEqual([exitCode, registry.applied], [0, []]);
  assert.match(stdout, /^\+ search$[^]*\nnot applied: version 3\n$/m);
});

Deno.test("rollcall apply writes nothing when nothing changes", async () => {
  await using registry = await startRegistry(3, { preview: () => ({ status: Status.SERVING, diff: {} }) });
  const { exitCode, stdout } = await apply(FLEET, ["--to", registry.url], person("y"));
  assert.deepEqual([exitCode, registry.applied], [0, []]);
  assert.match(stdout, /^nothing changes\n[^]*\nin force already: version 3\n$/);
});

Deno.test("rollcall apply --json prints one document", async () => {
  await using registry = await startRegistry(0);
  const { exitCode, stdout } = await apply(FLEET, ["--yes", "--json", "--to", registry.url]);
  assert.equal(exitCode, 0);
  const { applied, version, preview } = JSON.parse(stdout);
  assert.deepEqual([applied, version, preview.status, preview.diff], [true, 1, "NOT_SERVING", PREVIEW.diff]);
  assert.deepEqual(preview.names[1], { name: "checkout", status: "SERVING", cause: "", message: "" });
  const looked = JSON.parse((await apply(FLEET, ["--dry-run", "--json", "--to", registry.url])).stdout);
  assert.deepEqual([looked.applied, looked.version, registry.applied.length], [false, 0, 1]);
});

Deno.test("rollcall apply says what to do when somebody else applied meanwhile", async () => {
  await using registry = await startRegistry(3, {
    applyRegistry: () => {
      throw new ConnectError("version 4 is in force, not 3", Code.Aborted);
    },
  });
  const { exitCode, stderr } = await apply(FLEET, ["--yes", "--to", registry.url]);
  assert.equal(exitCode, 3);
  assert.match(
    stderr,
    /^error: somebody else applied a registry meanwhile: version 4 is in force, not 3; nothing was changed; run it again/m,
  );
});

Deno.test("rollcall apply tells every mistake of the file at once, and asks no deployment", async () => {
  const wrong = '[[UPSTREAMS]]\nname = "a"\nurl = "https://a.example.com"\ntimeout = 5\n[[UPSTREAMS]]\nname = "a"\n' +
    '[GROUPS]\n"x" = { members = ["a"], policy = "most" }\n';
  const { exitCode, stdout, stderr } = await apply(wrong, ["--yes", "--to", "http://127.0.0.1:1"]);
  assert.deepEqual([exitCode, stdout], [2, ""]);
  assert.match(stderr, /^error: Cannot parse UPSTREAMS\[0\]\.timeout of upstream "a": unknown field; did you mean/m);
  assert.match(stderr, /^error: Cannot parse UPSTREAMS\[1\]\.url of upstream "a": missing; /m);
  assert.match(stderr, /^error: Cannot parse UPSTREAMS\[1\]\.name "a": UPSTREAMS\[0\] has this name too; rename one$/m);
  assert.match(stderr, /^error: Cannot parse GROUPS\.x\.policy "most": no policy; write "all"/m);
  assert.match(stderr, /: 4 errors\n$/);
});

Deno.test("rollcall apply leaves to the deployment what hangs on its platform", async () => {
  await using registry = await startRegistry(3);
  const platform = '[[UPSTREAMS]]\nname = "a"\nurl = "http://a.internal"\nvia = "A"\n' +
    '[[UPSTREAMS]]\nname = "b"\nurl = "grpc://b:1"\nwatch = true\n';
  const { exitCode, stderr } = await apply(platform, ["--yes", "--to", registry.url]);
  assert.equal(exitCode, 0, stderr);
  assert.equal(registry.applied.length, 1);
});

Deno.test("rollcall apply tells what the deployment finds wrong, a line each", async () => {
  await using registry = await startRegistry(3, {
    preview: () => {
      throw new ConnectError("Cannot parse a: x; y\nCannot parse b: x; y", Code.InvalidArgument);
    },
  });
  const { exitCode, stderr } = await apply(FLEET, ["--yes", "--to", registry.url]);
  assert.deepEqual([exitCode, stderr], [1, "error: Cannot parse a: x; y\nerror: Cannot parse b: x; y\n"]);
  assert.deepEqual(registry.applied, []);
});

Deno.test("rollcall apply takes what rollcall registry --json saved, and only in the place of that version", async () => {
  await using registry = await startRegistry(7, {
    getRegistry: () => ({ version: 7, registry: REGISTRY, deployed: ["deployed-one"] }),
  });
  const saved = await runRollcall(["registry", "--json", "--to", registry.url], { env: { ADMIN_TOKEN: WRITE_TOKEN } });
  assert.equal(saved.exitCode, 0, saved.stderr);
  const edited = saved.stdout.replace("800", "900");
  const first = await apply(edited, ["--yes", "--to", registry.url], {}, "saved.json");
  assert.equal(first.exitCode, 0, first.stderr);
  const [{ timeoutMs: _, ...upstream } = assert.fail()] = REGISTRY.upstreams;
  const changed = { ...REGISTRY, upstreams: [{ ...upstream, timeoutMs: 900 }] };
  assert.deepEqual(registry.applied, [{ registry: changed, expectedVersion: 7 }]);
  const late = await apply(
    edited.replace('"version": 7', '"version": 6'),
    ["--yes", "--to", registry.url],
    {},
    "s.json",
  );
  assert.equal(late.exitCode, 3);
  assert.match(
    late.stderr,
    /was saved from version 6, and version 7 is in force; save and edit it anew, or remove its/,
  );
  assert.equal(registry.applied.length, 1);
});

Deno.test("rollcall registry shows what was written, and names what was deployed", async () => {
  await using registry = await startRegistry(7, {
    getRegistry: () => ({
      version: 7,
      registry: {
        ...REGISTRY,
        groups: { ...REGISTRY.groups, eu: { members: [{ name: "a" }, "b"], policy: { quorum: 1 } } },
      },
      deployed: ["deployed-one"],
      warnings: ["deployed-one was deployed too"],
    }),
  });
  const { stdout, stderr } = await runRollcall(["registry", "--to", registry.url], {
    env: { ADMIN_TOKEN: WRITE_TOKEN },
  });
  assert.equal(stderr, "warning: deployed-one was deployed too\n");
  assert.deepEqual(stdout.split("\n").map((line) => line.split(/ {2,}/)), [
    ["version 7"],
    [""],
    ["NAME", "FROM", "WHAT"],
    ['group "acme.Shop"', "written", "all of payments, deployed-one"],
    ['group "eu"', "written", '{"quorum":1} of a, b'],
    ["payments", "written", "grpc://10.0.0.7:50051"],
    ["deployed-one", "deployed"],
    [""],
  ]);
  assert.ok(!stdout.includes("UPSTREAM_PAYMENTS"));
});

Deno.test("rollcall registry says so when nothing was written yet, and its file holds an empty registry", async () => {
  await using registry = await startRegistry(0);
  const where = ["--to", registry.url, "--token", WRITE_TOKEN];
  assert.equal((await runRollcall(["registry", ...where])).stdout, "nothing was written yet\n");
  assert.deepEqual(JSON.parse((await runRollcall(["registry", "--json", ...where])).stdout), {
    version: 0,
    UPSTREAMS: [],
    GROUPS: {},
    deployed: [],
  });
});
