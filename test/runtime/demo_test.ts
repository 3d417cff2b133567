import assert from "node:assert/strict";

const ALL_SERVE = { status: 200, body: '{"code":0,"description":"","exception":null}' };

const PAYMENTS_DOWN = "|Gateway: Deployment payments answered NOT_SERVING.";

/** One turn of `payments` and the age of an answer, with room for a busy machine. */
const BOTH_SEEN_WITHIN_MS = 25_000;

Deno.test("the demo tells the truth about a fleet that turns, and leaves nothing behind at SIGINT", async () => {
  const demo = startDemo("0");
  const printed = await demo.printedUntil(/Ctrl-C stops everything/);
  const urls = printed.match(/http:\/\/127\.0\.0\.1:\d+(?=[ ,])/g) ?? [];
  const [url = ""] = urls;
  try {
    assert.equal(new Set(urls).size, 4, printed);
    assert.deepEqual(await get(`${url}/`), { status: 200, body: "{}" });
    const seen = await bothVerdicts(url);
    assert.deepEqual(seen.serving, ALL_SERVE);
    assert.equal(seen.failing.status, 503);
    assert.deepEqual(JSON.parse(seen.failing.body), {
      code: 1,
      description: PAYMENTS_DOWN,
      exception: { name: "InternalNetworkError", args: [PAYMENTS_DOWN], stacks: [], executor: "" },
    });
    assert.deepEqual(seen.culprits, ["payments/"]);
  } finally {
    demo.child.kill("SIGINT");
  }
  assert.equal((await demo.child.status).code, 0);
  for (const each of urls) await assert.rejects(fetch(each), { name: "TypeError" }, each);
});

Deno.test("the demo names a taken port and how to choose another", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const demo = startDemo(String(port));
  const { code } = await demo.child.status;
  assert.equal(code, 1);
  assert.equal(
    await demo.errors,
    `Port ${port} of 127.0.0.1 is taken: choose another, as in PORT=8787 deno task demo\n`,
  );
});

function startDemo(port: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "test/demo/demo.ts"],
    cwd: new URL("../../", import.meta.url),
    env: { PORT: port, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = child.stderr.text();
  const output = child.stdout.pipeThrough(new TextDecoderStream());
  return {
    child,
    errors,
    /** All that was printed until the pattern came; what comes later is read and dropped. */
    async printedUntil(pattern: RegExp): Promise<string> {
      let printed = "";
      for await (const text of output.values({ preventCancel: true })) {
        printed += text;
        if (pattern.test(printed)) break;
      }
      output.pipeTo(new WritableStream()).catch(() => {});
      if (!pattern.test(printed)) throw new Error(`The demo ended before ${pattern}: ${printed}${await errors}`);
      return printed;
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function get(url: string): Promise<Answer> {
  const response = await fetch(url);
  return { status: response.status, body: await response.text() };
}

/** Ask as a monitor would until the fleet was seen serving and failing, and whom /health blamed meanwhile. */
async function bothVerdicts(url: string): Promise<{ serving: Answer; failing: Answer; culprits: unknown }> {
  const untilMs = Date.now() + BOTH_SEEN_WITHIN_MS;
  let serving: Answer | undefined;
  let failing: Answer | undefined;
  let culprits: unknown;
  while (Date.now() < untilMs) {
    const answer = await get(`${url}/dry_run`);
    if (answer.status === 200) serving = answer;
    else {
      failing = answer;
      const health = await get(`${url}/health`);
      if (health.status === 503) culprits = JSON.parse(health.body).culprits;
    }
    if (serving !== undefined && failing !== undefined && culprits !== undefined) return { serving, failing, culprits };
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`Not both seen: ${JSON.stringify({ serving, failing, culprits })}`);
}
