import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";
import { parseRegistryFile } from "../../src/config/registry-file.ts";
import { lineOf } from "./consumers/command.ts";
import { recipe } from "./consumers/recipe.ts";
import { runImage } from "./image.ts";
import { goTools } from "./prepare.ts";

/** Where all must be there, a tool that cannot be had is a failure. */
const isEveryoneNeeded = Deno.env.get("CI") === "true";

const reason = await goTools().then(() => undefined, (error: unknown) => String(error));

function checked(name: string, check: () => Promise<void>): void {
  Deno.test({ name, ignore: reason !== undefined && !isEveryoneNeeded, fn: check });
}

const OBJECTS = {
  "kubernetes.yaml": "ConfigMap rollcall Deployment rollcall Service rollcall",
  "kubernetes-gate.yaml": "Deployment shop",
};
for (const [manifest, objects] of Object.entries(OBJECTS)) {
  checked(`deploy/${manifest} is what Kubernetes' API server takes`, async () => {
    assert.equal(await lineOf(`${await goTools()}kubernetes`, ["validate", `deploy/${manifest}`]), `0: ${objects}`);
  });
}

for (
  const [from, to, complaint] of [
    ["timeoutSeconds: 3", "timeoutSecond: 3", /unknown field "spec.template.spec.containers\[0\].*timeoutSecond/],
    ["service: liveness", "service: liveness, port: 0", /port/],
    ["{ app: rollcall }", "{ app: Roll call }", /Invalid value: "Roll call"/],
  ] as const
) {
  checked(`deploy/kubernetes.yaml with ${to} is refused`, async () => {
    const file = await Deno.makeTempFile({ suffix: ".yaml" });
    await Deno.writeTextFile(file, recipe("kubernetes.yaml", [[from, to]]));
    const line = await lineOf(`${await goTools()}kubernetes`, ["validate", file]);
    await Deno.remove(file);
    assert.match(line, /^1: /);
    assert.match(line, complaint);
  });
}

checked("deploy/Dockerfile is what BuildKit takes, without a warning", async () => {
  const line = await lineOf(`${await goTools()}dockerfile`, ["deploy/Dockerfile"]);
  assert.equal(line, "0: denoland/deno:2.9.6 denoland/deno:2.9.6");
});

checked("deploy/compose.yaml is what Docker Compose takes", async () => {
  const line = await lineOf(`${await goTools()}compose`, ["deploy/compose.yaml"]);
  assert.match(line, /^0: rollcall deploy\/Dockerfile \[CMD deno eval /);
});

Deno.test("the registries of deploy/ have no problem", () => {
  const configMap = /fleet\.toml: \|\n((?: {4}.*\n|\n)+)/.exec(recipe("kubernetes.yaml", []))?.[1] ?? "";
  for (const text of [recipe("fleet.toml", []), configMap.replaceAll(/^ {4}/gm, "")]) {
    const { problems, registry } = parseConfig(
      { ALLOW_PRIVATE_UPSTREAMS: "true" },
      "deno",
      parseRegistryFile(text, "fleet.toml"),
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(registry.upstreams.map(({ name }) => name), ["checkout", "payments"]);
  }
});

Deno.test("deploy/Dockerfile: what it builds runs as its user, writes to its volume only, is healthy, and ends by SIGTERM", async () => {
  const image = await runImage();
  assert.deepEqual(image, { healthyCode: 0, wrote: ["rollcall.sqlite3"], exitCode: 0, unhealthyCode: 1 });
});
