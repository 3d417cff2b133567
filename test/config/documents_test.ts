import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { parseConfig } from "../../src/config.ts";
import { parseRegistryFile } from "../../src/config/registry-file.ts";
import { CA, CLIENT } from "../support/tls.ts";

const ENV = {
  UPSTREAM_PAYMENTS_TOKEN: "Bearer hunter2",
  ORDERS: { fetch: () => {} },
  CLUSTER: { fetch: () => {} },
  STOCK: { fetch: () => {} },
};

Deno.test("parseConfig() takes each registry that README.md shows, on Workers", () => {
  const blocks = read("README.md").matchAll(/```toml\n(.*?)```/gs);
  const registries = [...blocks].map(([, toml = ""]) => toml).filter((toml) => toml.includes("[[vars.UPSTREAMS]]"));
  assert.equal(registries.length, 2);
  for (const toml of registries) accept(toml);
});

Deno.test("parseConfig() takes the registry that wrangler.toml shows in comments", () => {
  const [, shown = ""] = /^(# \[\[vars\.UPSTREAMS\]\]$.*)/ms.exec(read("wrangler.toml")) ?? [];
  accept(shown.replaceAll(/^# ?/gm, ""));
});

Deno.test("parseConfig() takes the registry file that docs/upstreams.md shows, on Deno inside a cluster", () => {
  const [, toml = ""] = /```toml\n(.*?)```/s.exec(read("docs/upstreams.md")) ?? [];
  const secrets = { UPSTREAM_CA: CA, UPSTREAM_CERT: CLIENT.cert, UPSTREAM_KEY: CLIENT.key };
  const env = { ...secrets, ALLOW_PRIVATE_UPSTREAMS: "true" };
  const { problems, registry } = parseConfig(env, "deno", parseRegistryFile(toml, "fleet.toml"));
  assert.deepEqual(problems, []);
  assert.deepEqual([registry.upstreams.length, registry.groups.length], [4, 1]);
});

function accept(toml: string): void {
  const { vars } = parse(toml);
  assert.ok(typeof vars === "object");
  const { problems, registry } = parseConfig({ ...ENV, ...vars }, "workers");
  assert.deepEqual(problems, []);
  assert.ok(registry.upstreams.length > 1);
}

function read(path: string): string {
  return Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
}
