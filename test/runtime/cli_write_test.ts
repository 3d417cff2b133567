import assert from "node:assert/strict";
import type { Io } from "../../src/cli/io.ts";
import { runRollcall, startRollcall } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import { startOnDeno } from "../support/rollcall-deno.ts";
import { startOnWorkerd } from "../support/rollcall-workerd.ts";
import type { StartRollcall } from "../support/rollcall.ts";
import { startUpstream } from "../support/upstream.ts";

const ADMIN_TOKEN = "an-admin-token-of-tests";
const PUSH_TOKEN = "a-push-token-of-tests";

/** A Rollcall that was deployed with `shop`, which serves, and a command line that writes to it. */
async function startWritten(start: StartRollcall) {
  const shop = await startUpstream();
  const upstreams = [{ name: "shop", url: shop.url, protocol: "connect" }];
  const rollcall = await start({ upstreams, vars: { ADMIN_TOKEN, PUSH_TOKEN } });
  const folder = await Deno.makeTempDir({ prefix: "rollcall-cli-" });
  const env = { ROLLCALL_URL: rollcall.url, ADMIN_TOKEN, PUSH_TOKEN, ROLLCALL_TOKEN: ADMIN_TOKEN };
  return {
    shop,
    env,
    run: (args: readonly string[], io: Partial<Io> = {}) => runRollcall(args, { env, ...io }),
    /** Write a file; gives its path. */
    async file(name: string, text: string) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      return `${folder}/${name}`;
    },
    async [Symbol.asyncDispose]() {
      await rollcall.stop();
      await shop.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

for (const [platform, start] of [["Deno", startOnDeno], ["workerd", startOnWorkerd]] as const) {
  Deno.test(`rollcall apply puts a file in force, and registry --json gives it back to be edited and applied, on ${platform}`, async () => {
    await using written = await startWritten(start);
    const { url } = written.shop;
    const fleet = await written.file(
      "fleet.toml",
      `[[UPSTREAMS]]\nname = "search"\nurl = "${url}"\nprotocol = "grpc-web"\n` +
        `[[UPSTREAMS]]\nname = "gone"\nurl = "${url}"\nprotocol = "connect"\nservices = ["acme.Gone"]\n` +
        `[GROUPS]\neu = ["search", "shop"]\n`,
    );
    const first = await written.run(["apply", fleet, "--yes"]);
    assert.equal(first.exitCode, 0, first.stderr);
    assert.match(first.stdout, /^\+ search\n\+ gone\n\+ group "eu"\n\nthen, as probed now: NOT_SERVING\n/);
    assert.match(first.stdout, /^gone +NOT_SERVING +service_not_registered: /m);
    assert.match(first.stdout, /\napplied: version 1\n$/);
    assert.match((await written.run(["status", "--now"])).stdout, /^NOT_SERVING[^]*^gone\/acme\.Gone +NOT_SERVING/m);

    const saved = await written.run(["registry", "--json"]);
    const { UPSTREAMS, ...rest } = JSON.parse(saved.stdout);
    const edited = JSON.stringify({ ...rest, UPSTREAMS: UPSTREAMS.slice(0, 1) });
    const second = await written.run(["apply", await written.file("saved.json", edited), "--yes"]);
    assert.match(second.stdout, /^- gone\n\nthen, as probed now: SERVING\n[^]*\napplied: version 2\n$/);
    // The very next verdict goes without it.
    assert.equal((await written.run(["status"])).exitCode, 0);
    const again = await written.run(["apply", await written.file("same.json", edited), "--yes"]);
    assert.deepEqual([again.exitCode, again.stdout.split("\n")[0]], [0, "nothing changes"]);
  });

  Deno.test(`rollcall apply changes nothing when somebody applied while it asked, on ${platform}`, async () => {
    await using written = await startWritten(start);
    const page = `url = "${written.shop.url}"\nprotocol = "connect"\n`;
    const mine = await written.file("mine.toml", `[[UPSTREAMS]]\nname = "mine"\n${page}`);
    const stdin = {
      isTerminal: true,
      async readLine() {
        assert.equal((await written.run(["register", "theirs", written.shop.url])).exitCode, 0);
        return "y";
      },
    };
    const { exitCode, stderr } = await written.run(["apply", mine], { stdin });
    assert.equal(exitCode, 3, stderr);
    assert.match(stderr, /somebody else applied a registry meanwhile: .*; nothing was changed; run it again/);
    assert.match((await written.run(["registry"])).stdout, /^version 1\n[^]*^theirs +written[^]*^shop +deployed$/m);
  });

  Deno.test(`rollcall set and heartbeat tell a push upstream's status, on ${platform}`, async () => {
    await using written = await startWritten(start);
    const { ADMIN_TOKEN: _, ...env } = written.env;
    assert.equal((await written.run(["register", "batch", "--protocol", "push", "--ttl", "60s"])).exitCode, 0);
    assert.match((await written.run(["status"])).stdout, /^UNKNOWN[^]*^batch +UNKNOWN .*never_told$/m);
    const told = await written.run(["set", "batch", "NOT_SERVING", "--message", "disk full"], { env });
    assert.match(told.stdout, /^batch is NOT_SERVING until \S+Z\n$/);
    assert.match((await written.run(["status"])).stdout, /^NOT_SERVING[^]*^batch .*answers NOT_SERVING: disk full$/m);
    const beat = startRollcall(["heartbeat", "batch", "--every", "15s"], { env });
    await eventually(() => /^batch is NOT_SERVING until \S+Z, and on/.test(beat.stdout()) || undefined, beat.stderr);
    beat.stop();
    assert.equal(await beat.exitCode, 0);
    assert.equal((await written.run(["set", "batch", "SERVING"], { env })).exitCode, 0);
    assert.equal((await written.run(["status"])).exitCode, 0);
    const wrong = await written.run(["set", "shop", "SERVING"], { env });
    assert.deepEqual([wrong.exitCode, wrong.stdout], [1, ""]);
    assert.match(wrong.stderr, /^error: No push upstream is called "shop"/);
  });

  Deno.test(`rollcall maintenance leaves an upstream out until it is ended, on ${platform}`, async () => {
    await using written = await startWritten(start);
    assert.equal(
      (await written.run(["register", "search", written.shop.url, "--service", "acme.Gone", "--protocol", "connect"]))
        .exitCode,
      0,
    );
    assert.equal((await written.run(["status"])).exitCode, 1);
    const added = await written.run(["maintenance", "add", "search", "--for", "2h", "--reason", "new disks"]);
    assert.match(added.stdout, /^search is in maintenance from \S+Z until \S+Z\n$/);
    assert.match((await written.run(["maintenance"])).stdout, /^\S+ +search +now .*new disks$/m);
    const without = await written.run(["status"]);
    assert.equal(without.exitCode, 0);
    assert.match(
      without.stdout,
      /^search\/acme\.Gone +maintenance \(NOT_SERVING\) .*new disks; service_not_registered: /m,
    );
    const ended = await written.run(["maintenance", "end", "search"]);
    assert.deepEqual([ended.exitCode, ended.stdout], [0, "the maintenance of search has ended\n"]);
    assert.equal((await written.run(["maintenance"])).stdout, "no maintenance now, and none planned\n");
    assert.equal((await written.run(["status"])).exitCode, 1);
  });
}

Deno.test("rollcall registry shows what to add where nothing can be written, and asks for the admin's token", async () => {
  await using closed = await startOnDeno({ upstreams: [] });
  const noToken = await runRollcall(["registry", "--to", closed.url, "--token", ADMIN_TOKEN]);
  assert.equal(noToken.exitCode, 1);
  assert.match(noToken.stderr, /^error: .*ADMIN_TOKEN/);
  await using written = await startWritten(startOnDeno);
  const pusher = await written.run(["registry", "--token", PUSH_TOKEN]);
  assert.equal(pusher.exitCode, 4);
  assert.match(pusher.stderr, /^error: It refuses the token: .*; pass the deployment's own as --token\n$/);
});
