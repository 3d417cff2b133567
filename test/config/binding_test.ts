import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { Miniflare } from "miniflare";
import { problemsOf, read } from "./one-upstream.ts";

const SHOP = { fetch: () => {} };
const LINES = 'add to wrangler.toml [[services]] binding = "SHOP" service = "…", ' +
  '[[vpc_services]] binding = "SHOP" service_id = "…", [[vpc_networks]] binding = "SHOP" network_id = "…" or ' +
  '[[mtls_certificates]] binding = "SHOP" certificate_id = "…"';
const TCP_LINES = 'add to wrangler.toml [[vpc_networks]] binding = "SHOP" network_id = "…" or ' +
  '[[services]] binding = "SHOP" service = "…", for native gRPC without TLS is a TCP connection';

Deno.test("parseConfig() takes the name of a binding that fetches, and then any address", () => {
  assert.ok(!("via" in read({ upstream: { url: "https://a.acme.com" }, platform: "workers", env: { SHOP } })));
  for (const host of ["shop", "10.0.0.7:8080", "127.0.0.1", "[fd00::7]", "8.8.8.8", "shop.internal"]) {
    for (const scheme of ["https", "http", "grpcs", "grpc", "ws"]) {
      const upstream = { url: `${scheme}://${host}`, via: "SHOP" };
      assert.equal(read({ upstream, platform: "workers", env: { SHOP } }).via, "SHOP");
    }
  }
});

Deno.test("parseConfig() tells what is wrong with a binding, and which lines to add", () => {
  const rows: readonly (readonly [given: object, env: Record<string, unknown>, problem: string])[] = [
    [{ via: "SHOP" }, {}, `.via "SHOP": the Worker has no binding of this name; ${LINES}`],
    [{ via: "SHOP" }, { SHOP: "text" }, `.via "SHOP": this binding has no fetch(); ${LINES}`],
    [{ via: "SHOP" }, { SHOP: { fetch: "text" } }, `.via "SHOP": this binding has no fetch(); ${LINES}`],
    [{ via: "SHOP" }, { SHOP: null }, `.via "SHOP": this binding has no fetch(); ${LINES}`],
    [{ via: "SHOP", url: "grpc://shop" }, {}, `.via "SHOP": the Worker has no binding of this name; ${TCP_LINES}`],
    [
      { via: "SHOP", url: "http://shop", protocol: "grpc" },
      { SHOP: {} },
      `.via "SHOP": this binding has no fetch(); ${TCP_LINES}`,
    ],
    [{ via: 5 }, {}, ".via 5: not text; write it in quotes"],
    [{ via: "" }, {}, '.via "": empty; write some text'],
  ];
  for (const [given, env, problem] of rows) {
    const upstream = { url: "https://a.acme.com", ...given };
    assert.deepEqual(problemsOf({ upstream, platform: "workers", env }), [problem]);
  }
  const inherited = problemsOf({ upstream: { url: "https://shop", via: "constructor" }, platform: "workers" });
  assert.match(inherited.join(), /^\.via "constructor": the Worker has no binding of this name; /);
});

Deno.test("parseConfig() refuses a binding on Deno, which opens no private address there", () => {
  const upstream = { url: "https://10.0.0.7", via: "SHOP" };
  assert.deepEqual(problemsOf({ upstream, platform: "deno", env: { SHOP } }), [
    '.url "https://10.0.0.7": 10.0.0.7 is a private address; use a public one, on Workers reach it by via, or set ALLOW_PRIVATE_UPSTREAMS = true where this process is inside that network',
    '.via "SHOP": Deno has no bindings; remove it, or deploy to Workers',
  ]);
});

const WORKER = `
  import { parseConfig } from "./config.ts";
  export default {
    fetch(_request, env) {
      const problemsOf = (via) => parseConfig({ ...env, UPSTREAMS: [{ name: "a", url: "grpc://shop", via }] }, "workers").problems;
      const connect = typeof env.SHOP.connect;
      return Response.json({ problems: Object.keys(env).map((via) => [via, problemsOf(via).length]), connect, zebra: typeof env.SHOP.zebra });
    },
  };
`;

Deno.test({
  name: "parseConfig() knows on workerd which bindings fetch, and cannot know which of them connect",
  // workerd is a process of its own, which the sanitizers take for a leak.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const options = { modules: true, compatibilityDate: "2026-07-30" };
    const script = "export class Thing {} export default { fetch: () => new Response() }";
    const worker = new Miniflare({
      workers: [
        {
          ...options,
          name: "rollcall",
          script: await bundle(),
          bindings: { TEXT: "x", TABLE: { fetch: 1 } },
          kvNamespaces: ["KV"],
          d1Databases: ["DB"],
          serviceBindings: { SHOP: "shop", OUTSIDE: { external: { address: "127.0.0.1:9", http: {} } } },
          durableObjects: { THING: { className: "Thing", scriptName: "shop" } },
        },
        { ...options, name: "shop", script },
      ],
    });
    const response = await worker.dispatchFetch("http://rollcall/");
    const { problems, connect, zebra } = await response.json() as Record<string, unknown>;
    await worker.dispose();
    const expected = { SHOP: 0, OUTSIDE: 0, TEXT: 1, TABLE: 1, KV: 1, DB: 1, THING: 1 };
    assert.deepEqual(Object.fromEntries(problems as [string, number][]), expected);
    // A stub has every method until it is called; were that to change, config could refuse what does not connect.
    assert.deepEqual([connect, zebra], ["function", "function"]);
  },
});

/** esbuild comes with wrangler, which pins it. */
async function bundle(): Promise<string> {
  const esbuild = createRequire(import.meta.resolve("wrangler"))("esbuild");
  const resolveDir = new URL("../../src", import.meta.url).pathname;
  const stdin = { contents: WORKER, resolveDir, loader: "ts" };
  const result = await esbuild.build({ stdin, bundle: true, format: "esm", write: false });
  await esbuild.stop();
  return result.outputFiles[0].text;
}
