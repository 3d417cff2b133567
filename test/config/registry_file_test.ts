import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";
import { parseRegistryFile } from "../../src/config/registry-file.ts";

const UPSTREAMS = [{ name: "checkout", url: "https://checkout.acme.com", ttlMs: 5000, headers: { "x-key": "1" } }];
const GROUPS = { "acme.Shop": ["checkout"], "eu": { members: ["checkout"], policy: { quorum: 1 } } };

const TOML = `
[[UPSTREAMS]]
name = "checkout"
url = "https://checkout.acme.com"
ttlMs = 5_000
headers = { x-key = "1" }

[GROUPS]
"acme.Shop" = ["checkout"]
eu = { members = ["checkout"], policy = { quorum = 1 } }
`;
const WRANGLER = `name = "rollcall"\n[vars]\nTTL_MS = 1\n` +
  TOML.replace("[[UPSTREAMS]]", "[[vars.UPSTREAMS]]").replace("[GROUPS]", "[vars.GROUPS]");

Deno.test("parseRegistryFile() reads TOML, JSON and a whole wrangler.toml alike", () => {
  const files = [
    ["fleet.toml", TOML],
    ["wrangler.toml", WRANGLER],
    ["fleet.json", JSON.stringify({ UPSTREAMS, GROUPS })],
    ["fleet", ` {"vars": ${JSON.stringify({ UPSTREAMS, GROUPS })}}`],
  ] as const;
  const { join: _, ...expected } = parseConfig({ UPSTREAMS, GROUPS }, "deno");
  assert.deepEqual(expected.problems, []);
  for (const [path, text] of files) {
    const file = parseRegistryFile(text, path);
    assert.deepEqual(file.problems, [], path);
    const { join: _, ...read } = parseConfig({}, "deno", file);
    assert.deepEqual(read, expected, path);
  }
});

Deno.test("parseRegistryFile() tells why a file says nothing, and shows nothing of it", () => {
  const files = [
    ["a.toml", 'x = "hunter2', "not TOML at line 1 column 5; correct it"],
    ["a.toml", "", "it has neither UPSTREAMS nor GROUPS; write [[UPSTREAMS]] or [[vars.UPSTREAMS]]"],
    ["a.toml", TOML + WRANGLER, "UPSTREAMS stands at the top level and under vars; keep one"],
    ["a.json", '{"x": "hunter2" x}', "not JSON at line 1 column 17; correct it"],
    ["a.json", "[]", 'not a JSON object, as { "UPSTREAMS": [ … ] }; correct it'],
  ] as const;
  for (const [path, text, problem] of files) {
    const problems = [`Cannot parse REGISTRY_FILE "${path}": ${problem}`];
    assert.deepEqual(parseRegistryFile(text, path), { problems });
  }
});

Deno.test("parseConfig() tells a file's problems with its own, and refuses a registry set twice", () => {
  const file = { UPSTREAMS, problems: ["Cannot read REGISTRY_FILE"] };
  assert.deepEqual(parseConfig({ UPSTREAMS, GROUPS, RISE: 0 }, "deno", file).problems, [
    "Cannot read REGISTRY_FILE",
    "Cannot parse RISE 0: out of range; write 1..100 in digits",
    "Cannot parse UPSTREAMS: set in the environment and in REGISTRY_FILE; keep one",
  ]);
  const groups = parseConfig({ GROUPS }, "deno", { UPSTREAMS, problems: [] }).registry.groups;
  assert.deepEqual(groups.map(({ name }) => name), ["acme.Shop", "eu"]);
});
