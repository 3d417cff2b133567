import assert from "node:assert/strict";
import { bundle } from "../support/bundle.ts";
import { SEEN } from "../support/client-scenario.ts";
import { setStage } from "../support/client-stage.ts";
import { startOnWorkerd } from "../support/rollcall-workerd.ts";
import { examplesIn } from "../support/examples.ts";
import { findChromium, openPage } from "./browser.ts";

const chromium = await findChromium();
const ROOT = new URL("../../", import.meta.url);
const isNeeded = Deno.env.get("CI") === "true";

/** Register a test that needs a browser. */
function browserTest(name: string, fn: (chromium: string) => Promise<void>): void {
  Deno.test({
    name: chromium === undefined ? `${name}: skipped, no chromium on this machine` : name,
    ignore: chromium === undefined && !isNeeded,
    fn: async () => {
      if (chromium === undefined) throw new Error("Cannot open a page: no chromium on this machine");
      await fn(chromium);
    },
  });
}

browserTest("a page of another origin uses every call of the client library, against workerd", async (chromium) => {
  await using stage = await setStage(startOnWorkerd);
  const script = await bundle(
    `import * as library from "../../src/client.ts";
     import { clientScenario } from "../support/client-scenario.ts";
     const text = await clientScenario(library, ${JSON.stringify(stage.scene)}).then(JSON.stringify, String);
     await fetch("/result", { method: "POST", body: text });`,
    import.meta.url,
  );
  const html = `<!doctype html><script type="module" src="/script.js"></script>`;
  assert.deepEqual(JSON.parse(await openPage(chromium, html, script)), SEEN);
});

browserTest(
  "the page of docs/client.md shows the fleet's status, with the file of deno task client",
  async (chromium) => {
    await using stage = await setStage(startOnWorkerd);
    const built = await new Deno.Command(Deno.execPath(), { args: ["task", "client"], cwd: ROOT }).output();
    assert.ok(built.success, new TextDecoder().decode(built.stderr));
    const script = await Deno.readTextFile(new URL("dist/rollcall-client.js", ROOT));
    const [example = ""] = examplesIn("client.md", "html");
    // Tells what a person would see.
    const teller = `<script type="module">
    const shown = document.querySelector("#status");
    new MutationObserver(() => fetch("/result", { method: "POST", body: shown.textContent }))
      .observe(shown, { childList: true });
  </script>`;
    const page = example.replace("https://status.example.com", stage.scene.url).replace("</p>", `</p>${teller}`);
    assert.equal(await openPage(chromium, `<!doctype html>${page}`, script), "SERVING");
  },
);
