import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { runRollcall } from "../support/cli.ts";
import { startJinaGateway } from "../support/jina-gateway.ts";
import { startReflectingUpstream } from "../support/reflecting-upstream.ts";
import { startUpstream } from "../support/upstream.ts";
import { startWebUpstream } from "../support/web-upstream.ts";

const bare = (url: string) => url.replace(/^[a-z]+:\/\//, "");

async function folder() {
  const path = await Deno.makeTempDir({ prefix: "rollcall-cli-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

interface Registry {
  readonly vars: { readonly UPSTREAMS: readonly Readonly<Record<string, unknown>>[] };
}

function upstreamsIn(toml: string): Registry["vars"]["UPSTREAMS"] {
  return (parse(toml) as unknown as Registry).vars.UPSTREAMS;
}

for (const version of ["v1", "v1alpha"] as const) {
  Deno.test(`rollcall init finds names by reflection ${version} where there is no Health/List, and only those that health knows`, async () => {
    await using server = await startReflectingUpstream({
      version,
      services: ["acme.Shop", "acme.Internal", `grpc.reflection.${version}.ServerReflection`, "grpc.health.v1.Health"],
      health: ["", "acme.Shop"],
    });
    const { exitCode, stdout, stderr } = await runRollcall(["init", server.host]);
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /^found .*: grpc, 2 names by reflection, SERVING now$/m);
    assert.deepEqual(upstreamsIn(stdout)[0]?.["services"], ["", "acme.Shop"]);
    assert.match(stdout, /^# Its health service does not know acme\.Internal, which reflection tells\.$/m);
  });
}

Deno.test("rollcall init finds Jina gateways, health pages and bare pages", async () => {
  await using gateway = await startJinaGateway();
  await using page = await startWebUpstream();
  const { exitCode, stdout } = await runRollcall(["init", gateway.http, gateway.ws, `http://${page.host}`]);
  assert.equal(exitCode, 0, stdout);
  assert.deepEqual(upstreamsIn(stdout).map(({ url, protocol }) => [url, protocol]), [
    [gateway.http, "jina"],
    [gateway.ws, undefined],
    [`http://${page.host}`, "http"],
  ]);
  assert.match(stdout, /^# A page: it serves while it answers 2xx\.$/m);
});

Deno.test("rollcall init says what it tried of an address that answers nothing, ends with 1, and writes the others", async () => {
  await using upstream = await startUpstream();
  const dead = await startUpstream();
  await dead.close();
  const { exitCode, stdout, stderr } = await runRollcall(["init", bare(dead.url), bare(upstream.url)]);
  assert.equal(exitCode, 1);
  assert.deepEqual(upstreamsIn(stdout).map(({ url }) => url), [upstream.url]);
  assert.match(
    stderr,
    new RegExp(
      `^lost ${bare(dead.url)}: nothing there answers for its health\n  grpc://.*: unavailable: .*\n  http://`,
      "m",
    ),
  );
  assert.match(stdout, /^# 127\.0\.0\.1 is a loopback address: it needs ALLOW_PRIVATE_UPSTREAMS = true/m);
});

Deno.test("rollcall init --write keeps a file as it is, uses its form, and adds nothing twice", async () => {
  await using known = await startUpstream();
  await using upstream = await startUpstream({ services: { "": "SERVING", "acme.A": "SERVING" } });
  await using temporary = await folder();
  const path = `${temporary.path}/fleet.toml`;
  const port = new URL(upstream.url).port;
  const before = `# ours\n[[UPSTREAMS]]\nname = "127-0-0-1-${port}"   # theirs\nurl = "${known.url}/"\n`;
  await Deno.writeTextFile(path, before);
  const { exitCode, stderr } = await runRollcall(["init", known.url, upstream.url, "--write", path]);
  assert.equal(exitCode, 0, stderr);
  const after = await Deno.readTextFile(path);
  assert.ok(after.startsWith(`${before}\n#`), after);
  assert.match(
    after,
    new RegExp(
      `\n\\[\\[UPSTREAMS\\]\\]\nname = "127-0-0-1-${port}-2"\nurl = "${upstream.url}"\nprotocol = "grpc-web"\nservices = \\["", "acme\\.A"\\]\n$`,
    ),
  );
  assert.match(stderr, /has it already/);
  assert.equal((await runRollcall(["probe", path])).exitCode, 0);
  await runRollcall(["init", known.url, upstream.url, "--write", path]);
  assert.equal(await Deno.readTextFile(path), after);
});

for (
  const [what, text] of [
    ["JSON", '{"UPSTREAMS":[]}'],
    ["UPSTREAMS as a list", "UPSTREAMS = []\n"],
    ["no TOML", "[[UPSTREAMS"],
  ] as const
) {
  Deno.test(`rollcall init --write leaves a file alone that is ${what}, and says so`, async () => {
    await using upstream = await startUpstream();
    await using temporary = await folder();
    const path = `${temporary.path}/fleet.toml`;
    await Deno.writeTextFile(path, text);
    const { exitCode, stderr } = await runRollcall(["init", upstream.url, "--write", path]);
    assert.equal(exitCode, 2);
    assert.match(stderr, /^error: Cannot (?:add to|read) "[^"]*fleet\.toml": .*; /m);
    assert.equal(await Deno.readTextFile(path), text);
  });
}

Deno.test('rollcall init asks for "*" where a server lists very many names', async () => {
  const services = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`acme.S${index}`, "SERVING"] as const));
  await using upstream = await startUpstream({ services: { "": "SERVING", ...services } });
  const { stdout } = await runRollcall(["init", upstream.url]);
  assert.equal(upstreamsIn(stdout)[0]?.["services"], "*");
});

Deno.test("rollcall init --write leaves every byte that was there, those too that are no UTF-8", async () => {
  await using upstream = await startUpstream();
  await using place = await folder();
  const path = `${place.path}/wrangler.toml`;
  // "# für" in Latin-1, after a byte order mark.
  const before = Uint8Array.of(0xef, 0xbb, 0xbf, 0x23, 0x20, 0x66, 0xfc, 0x72, 0x0a);
  await Deno.writeFile(path, before);
  const { exitCode, stderr } = await runRollcall(["init", upstream.url, "--write", path]);
  assert.equal(exitCode, 0, stderr);
  const after = await Deno.readFile(path);
  assert.deepEqual(after.subarray(0, before.length), before);
  assert.deepEqual(upstreamsIn(new TextDecoder().decode(after)).map(({ url }) => url), [upstream.url]);
});
