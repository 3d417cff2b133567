import assert from "node:assert/strict";
import { Miniflare } from "miniflare";
import { bundle } from "../support/bundle.ts";
import { bundleForNode } from "../support/bundle-for-node.ts";
import { runRollcall } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import { promisesOf } from "../support/examples.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGE = new URL("docs/embed.md", ROOT);

/** The fenced blocks of the page, in order: programs, one after the other on the port that they name, and commands. */
const BLOCKS = [...Deno.readTextFileSync(PAGE).matchAll(/^```(ts|js|sh)\n(.*?)^```$/gms)].map((
  [, language = "", text = ""],
) => ({ language, text }));

/** Here programs find the packages of the repository. */
const FOLDER = await Deno.makeTempDir();
await Deno.symlink(new URL("node_modules", ROOT), `${FOLDER}/node_modules`);
addEventListener("unload", () => Deno.removeSync(FOLDER, { recursive: true }));

/** Programs for Deno, and how each platform runs one. */
const PLATFORMS: Readonly<Record<string, (program: string) => Promise<Deno.Command>>> = {
  Deno: async (program) => {
    const file = await denoFile(program);
    return command(Deno.execPath(), ["run", "--no-check", "-A", "--config", CONFIG, file]);
  },
  Node: async (program) => {
    const file = await Deno.makeTempFile({ dir: FOLDER, suffix: ".mjs" });
    await Deno.writeTextFile(file, await bundleForNode(program, PAGE.href));
    return command("node", [file]);
  },
};

/** What says by its imports that it is for one of them. */
const IS_FOR: Readonly<Record<string, RegExp>> = { Deno: /embed\/deno\.ts"/, Node: /"@hono\/node-server"/ };

function runsOn(platform: string, program: string): boolean {
  const [only] = Object.entries(IS_FOR).flatMap(([name, words]) => words.test(program) ? [name] : []);
  return only === undefined || only === platform;
}

const CONFIG = new URL("deno.json", ROOT).pathname;

function command(program: string, args: string[]): Deno.Command {
  return new Deno.Command(program, { args, stdout: "piped", stderr: "piped" });
}

async function denoFile(program: string): Promise<string> {
  const file = await Deno.makeTempFile({ dir: FOLDER, suffix: ".ts" });
  await Deno.writeTextFile(file, program.replaceAll(`"../src/`, `"${new URL("src/", ROOT)}`));
  return file;
}

Deno.test("docs/embed.md: the examples are typed", async () => {
  const files = await Promise.all(BLOCKS.filter(({ language }) => language === "ts").map(({ text }) => denoFile(text)));
  for (const config of [CONFIG, await strictOnly()]) {
    const { code, stderr } = await command(Deno.execPath(), ["check", "--config", config, ...files]).output();
    assert.equal(code, 0, decoded(stderr));
  }
});

/** As most users have TypeScript: `strict` and no more, and of packages none but those that the page names. */
async function strictOnly(): Promise<string> {
  const { imports, compilerOptions: { lib } } = JSON.parse(Deno.readTextFileSync(CONFIG));
  const { "smol-toml": _toml, ...named } = imports;
  const file = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(file, JSON.stringify({ imports: named, compilerOptions: { strict: true, lib } }));
  return file;
}

/** What the checks of the examples ask. */
function startWeb() {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response());
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

for (const [platform, commandFor] of Object.entries(PLATFORMS)) {
  Deno.test(`docs/embed.md: each example does what it says on ${platform}`, async (t) => {
    await using web = startWeb();
    const port = freePort();
    const here = (text: string) => text.replaceAll("50051", String(port)).replaceAll("8080", String(web.port));
    let server: Deno.ChildProcess | undefined;
    const stopServer = async () => {
      server?.kill("SIGTERM");
      await server?.output();
      server = undefined;
    };

    async function prints(program: string, promises: readonly string[]): Promise<void> {
      const { code, stdout, stderr } = await (await commandFor(program)).output();
      assert.deepEqual([code, ...decoded(stdout).trim().split("\n")], [0, ...promises], decoded(stderr));
      assert.equal(decoded(stderr), "");
    }

    async function starts(program: string): Promise<void> {
      await stopServer();
      server = (await commandFor(program)).spawn();
      await eventually(() => isListening(port), () => program);
    }

    async function says(commands: string): Promise<void> {
      for (const [, args = "", said = ""] of commands.matchAll(/^\$ rollcall (.*)\n(.*)\n/gm)) {
        assert.equal((await runRollcall(args.split(" "))).stderr, `${said}\n`);
      }
    }

    try {
      for (const { language, text } of BLOCKS.filter(({ language }) => language !== "js")) {
        if (!runsOn(platform, text)) continue;
        const promises = promisesOf(text);
        await t.step(promises.join(", ") || text.split("\n", 1).join(), async () => {
          if (language === "sh") await says(here(text));
          else if (promises.length === 0) await starts(here(text));
          else await prints(here(text), promises);
        });
      }
    } finally {
      await stopServer();
    }
  });
}

const [HEALTH_WORKER, ROLLCALL_WORKER, ...MORE] = BLOCKS.filter(({ language }) => language === "js");

Deno.test("docs/embed.md: the example for Workers answers on workerd", async () => {
  await using web = startWeb();
  assert.ok(HEALTH_WORKER && MORE.length === 0);
  const script = await bundle(HEALTH_WORKER.text.replace("8080", String(web.port)), PAGE.href);
  const worker = new Miniflare({ modules: true, script, compatibilityDate: "2026-07-30" });
  const response = await worker.dispatchFetch("http://worker.test/healthz");
  assert.deepEqual([response.status, await response.json()], [200, { status: "SERVING" }]);
  await worker.dispose();
});

Deno.test("docs/embed.md: the Worker with a Rollcall in it answers on workerd, and its cron trigger refreshes", async () => {
  await using web = startWeb();
  assert.ok(ROLLCALL_WORKER);
  const worker = new Miniflare({
    modules: true,
    script: await bundle(ROLLCALL_WORKER.text, PAGE.href),
    compatibilityDate: "2026-07-30",
    kvNamespaces: ["KV"],
    outboundService: { external: { address: `127.0.0.1:${web.port}`, http: {} } },
    cf: { colo: "TST" },
  });
  const asked = async (path: string) => await (await worker.dispatchFetch(`http://worker.test${path}`)).text();
  assert.deepEqual([await asked("/"), await asked("/fleet")], ["my app", "{}"]);
  assert.equal(await asked("/fleet/dry_run"), '{"code":0,"description":"","exception":null}');
  // Miniflare's types name those of a package that is not installed.
  const handlers = await worker.getWorker() as unknown as { scheduled(event: object): Promise<{ outcome: string }> };
  assert.equal((await handlers.scheduled({ cron: "* * * * *" })).outcome, "ok");
  await worker.dispose();
});

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

async function isListening(port: number): Promise<true | undefined> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return undefined;
  }
}
