import assert from "node:assert/strict";
import { Miniflare } from "miniflare";
import { bundle } from "../support/bundle.ts";
import { examplesIn, promisesOf } from "../support/examples.ts";
import { startOnDeno } from "../support/rollcall-deno.ts";
import { startUpstream } from "../support/upstream.ts";

const DOCS = new URL("../../docs/", import.meta.url);
const PLACEHOLDER = "https://status.example.com";

Deno.test("docs/client.md: each example prints what it says", async (t) => {
  await using upstream = await startUpstream();
  const upstreams = ["checkout", "payments"].map((name) => ({ name, url: upstream.url, protocol: "grpc-web" }));
  await using rollcall = await startOnDeno({ upstreams });

  const examples = examplesIn("client.md", "ts");
  assert.equal(examples.length, 3);
  for (const example of examples) {
    await t.step(`on Deno: ${promisesOf(example).join(", ")}`, async () => {
      const program = example.replaceAll(PLACEHOLDER, rollcall.url).replaceAll(
        `"../src/`,
        `"${new URL("../src/", DOCS)}`,
      );
      const file = await Deno.makeTempFile({ suffix: ".ts" });
      await Deno.writeTextFile(file, program);
      const command = new Deno.Command(Deno.execPath(), { args: ["run", "--check", "--allow-net", file] });
      const { stdout, stderr } = await command.output();
      await Deno.remove(file);
      const printed = new TextDecoder().decode(stdout).trim().split("\n");
      assert.deepEqual(printed, promisesOf(example), new TextDecoder().decode(stderr));
    });
  }

  await t.step("in a Worker, through a service binding", async () => {
    const [example = "", ...more] = examplesIn("client.md", "js");
    assert.equal(more.length, 0);
    const script = await bundle(example, new URL("client.md", DOCS).href);
    const worker = new Miniflare({
      modules: true,
      script,
      compatibilityDate: "2026-07-01",
      cf: { colo: "TST" },
      serviceBindings: { ROLLCALL: { external: { address: new URL(rollcall.url).host, http: {} } } },
    });
    const response = await worker.dispatchFetch("http://worker.test/");
    assert.equal(await response.text(), "SERVING");
    await worker.dispose();
  });
});
