import assert from "node:assert/strict";
import { bundle } from "../support/bundle.ts";
import { SEEN } from "../support/client-scenario.ts";
import { setStage } from "../support/client-stage.ts";
import { startOnWorkerd } from "../support/rollcall-workerd.ts";
import { findChromium, openPage } from "./browser.ts";

const chromium = await findChromium();
const isNeeded = Deno.env.get("CI") === "true";

Deno.test({
  name: `a page of another origin uses every call of the client library in Chromium, against workerd${
    chromium === undefined ? ": skipped, no chromium on this machine" : ""
  }`,
  ignore: chromium === undefined && !isNeeded,
  fn: async () => {
    if (chromium === undefined) throw new Error("Cannot open a page: no chromium on this machine");
    await using stage = await setStage(startOnWorkerd);
    const script = await bundle(
      `import * as library from "../../src/client.ts";
       import { clientScenario } from "../support/client-scenario.ts";
       const done = clientScenario(library, ${JSON.stringify(stage.scene)});
       const text = await done.then(JSON.stringify, String);
       await fetch("/result", { method: "POST", body: text });`,
      import.meta.url,
    );
    const html = `<!doctype html><script type="module" src="/script.js"></script>`;
    assert.deepEqual(JSON.parse(await openPage(chromium, html, script)), SEEN);
  },
});
