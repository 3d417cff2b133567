import assert from "node:assert/strict";
import { Miniflare } from "miniflare";
import * as library from "../../../src/client.ts";
import { bundle } from "../../support/bundle.ts";
import { clientScenario, type Scene, SEEN } from "../../support/client-scenario.ts";
import { setStage } from "../../support/client-stage.ts";
import { eventually } from "../../support/eventually.ts";
import type { StartRollcall } from "../../support/rollcall.ts";

/** The client library, used from every platform that has one. */
export function clientSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: the client library`, async (t) => {
    await using stage = await setStage(start);
    for (const [name, play] of Object.entries(PLAYERS)) {
      await t.step(`${name} uses every call`, async () => {
        stage.reset();
        const client = library.createClient(stage.scene.url);
        await eventually(
          async () => await client.isFlowReady() || undefined,
          () => "the upstream does not serve again",
        );
        assert.deepEqual(await play(stage.scene), SEEN);
      });
    }
  });
}

const PLAYERS: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
  Deno: (scene) => clientScenario(library, scene),
  Node: playInNode,
  workerd: playInWorker,
};

const IMPORTS = `
  import * as library from "../../../src/client.ts";
  import { clientScenario } from "../../support/client-scenario.ts";`;

async function playInNode(scene: Scene): Promise<unknown> {
  const program = await bundle(
    `${IMPORTS} console.log(JSON.stringify(await clientScenario(library, JSON.parse(process.argv[2]))));`,
    import.meta.url,
  );
  const file = await Deno.makeTempFile({ suffix: ".mjs" });
  try {
    await Deno.writeTextFile(file, program);
    const { stdout, stderr } = await new Deno.Command("node", { args: [file, JSON.stringify(scene)] }).output();
    const [printed, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    if (complaint !== "") throw new Error(`Cannot use the library in Node: ${complaint}`);
    return JSON.parse(printed ?? "");
  } finally {
    await Deno.remove(file);
  }
}

async function playInWorker(scene: Scene): Promise<unknown> {
  const script = await bundle(
    `${IMPORTS} export default {
      fetch: async (request) => Response.json(await clientScenario(library, await request.json())),
    };`,
    import.meta.url,
  );
  const worker = new Miniflare({ modules: true, script, compatibilityDate: "2026-07-01", cf: { colo: "TST" } });
  try {
    const response = await worker.dispatchFetch("http://client.test/", {
      method: "POST",
      body: JSON.stringify(scene),
    });
    return await response.json();
  } finally {
    await worker.dispose();
  }
}
