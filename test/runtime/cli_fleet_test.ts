import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { startFleet } from "../demo/fleet.ts";
import { runRollcall, startRollcall } from "../support/cli.ts";
import { eventually, passed } from "../support/eventually.ts";
import { startOnWorkerd } from "../support/rollcall-workerd.ts";
import { startUpstream } from "../support/upstream.ts";

const TOKEN = "a-read-token-of-tests";

/** Verdict and fix of each check that did not pass, by its name. */
function findings(stdout: string): Readonly<Record<string, readonly [verdict: string, fix: string]>> {
  const rows = stdout.split("\n").slice(1).map((line) => line.split(/ {2,}/));
  return Object.fromEntries(
    rows.filter(([verdict]) => verdict === "fail" || verdict === "skip")
      .map(([verdict = "", name = "", _seen, fix = ""]) => [name, [verdict, fix]]),
  );
}

interface Registry {
  readonly vars: { readonly UPSTREAMS: readonly Readonly<Record<string, unknown>>[] };
}

function upstreamsIn(toml: string): Registry["vars"]["UPSTREAMS"] {
  return (parse(toml) as unknown as Registry).vars.UPSTREAMS;
}

const bare = (url: string) => url.replace(/^[a-z]+:\/\//, "");

Deno.test("rollcall init writes the demo's bare addresses into a registry, of which rollcall probe finds all SERVING", async () => {
  const fleet = await startFleet();
  const folder = await Deno.makeTempDir({ prefix: "rollcall-cli-" });
  const path = `${folder}/fleet.toml`;
  try {
    const { exitCode, stdout, stderr } = await runRollcall([
      "init",
      ...fleet.upstreams.map(({ url }) => bare(url)),
      "--write",
      path,
    ]);
    assert.equal(exitCode, 0, stderr);
    assert.equal(stdout, "");
    const seen = upstreamsIn(await Deno.readTextFile(path)).map(({ name: _, ...rest }) => rest);
    const [checkout, payments, search, stock] = fleet.upstreams.map(({ url }) => url);
    assert.deepEqual(seen, [
      { url: checkout, protocol: "grpc-web", services: ["", "acme.CheckoutService"] },
      { url: payments, protocol: "grpc-web" },
      { url: search, protocol: "grpc-web", services: ["", "acme.SearchService"] },
      { url: stock, services: ["", "acme.StockService"] },
    ]);
    // `payments` turns every ten seconds, so it may be its turn.
    for (let tried = 0; tried < 3; tried++) {
      const probed = await runRollcall(["probe", path]);
      if (probed.exitCode === 0) return;
      assert.match(probed.stdout, /^NOT_SERVING {2}6 of 7/, probed.stdout);
      await passed(5_000);
    }
    assert.fail("payments never served");
  } finally {
    await fleet.close();
    await Deno.remove(folder, { recursive: true });
  }
});

const NOTHING_ELSE = {
  "native gRPC": ["skip", "pass --grpc host:port, the GRPC_PORT of a Deno process"],
  "conversion to gRPC": ["skip", ""],
} as const;

Deno.test("rollcall smoke finds nothing wrong with a Worker whose cron runs", async () => {
  await using upstream = await startUpstream();
  const upstreams = [{ name: "a", url: upstream.url, protocol: "connect" }];
  await using rollcall = await startOnWorkerd({ upstreams, vars: { READ_TOKEN: TOKEN } });
  await rollcall.scheduled();
  const { exitCode, stdout } = await runRollcall(["smoke", rollcall.url, "--token", TOKEN]);
  assert.equal(exitCode, 0, stdout);
  assert.deepEqual(findings(stdout), NOTHING_ELSE);
  assert.match(stdout, /^pass {2}store +workers-kv, written .* ago and read back$/m);
  assert.match(stdout, /\n22 passed, 0 failed, 2 skipped\n$/);
});

Deno.test("rollcall smoke tells how to mend a Worker without cron, and one whose KV is gone", async () => {
  await using upstream = await startUpstream();
  const upstreams = [{ name: "a", url: upstream.url, protocol: "connect" }];
  await using rollcall = await startOnWorkerd({ upstreams, vars: { READ_TOKEN: TOKEN } });
  const quiet = await runRollcall(["smoke", rollcall.url], { env: { ROLLCALL_TOKEN: TOKEN } });
  assert.equal(quiet.exitCode, 1, quiet.stdout);
  const cron = ["fail", 'add [triggers] crons = ["* * * * *"] to wrangler.toml, deploy, and wait a minute'];
  assert.deepEqual(findings(quiet.stdout), { ...NOTHING_ELSE, cron });
  await rollcall.breakStore();
  await rollcall.scheduled();
  const broken = await runRollcall(["smoke", rollcall.url, "--token", TOKEN]);
  assert.equal(broken.exitCode, 1, broken.stdout);
  const store = ["fail", "does the KV namespace (Workers) or the file of KV_PATH (Deno) still exist?"];
  assert.deepEqual(findings(broken.stdout), { ...NOTHING_ELSE, store });
});

Deno.test("rollcall probe ends at Ctrl-C with what it saw", async () => {
  await using silent = await startUpstream({ handler: () => new Promise(() => {}) });
  const path = await Deno.makeTempFile({ prefix: "rollcall-cli-" });
  await Deno.writeTextFile(path, `[[UPSTREAMS]]\nname = "slow"\nurl = "${silent.url}"\ntimeoutMs = 2000\n`);
  const running = startRollcall(["probe", path]);
  await eventually(() => silent.requests() > 0 ? true : undefined, running.stderr);
  running.stop();
  assert.equal(await running.exitCode, 1);
  assert.match(running.stdout(), /^slow +UNKNOWN/m);
  await Deno.remove(path);
});
