import assert from "node:assert/strict";
import { problemsOf, read } from "./one-upstream.ts";

const URLS = {
  https: "https://a.acme.com",
  http: "http://a.acme.com",
  grpcs: "grpcs://a.acme.com",
  grpc: "grpc://a.acme.com",
  ws: "ws://a.acme.com",
} as const;

/** What may be written of services: any names and `"*"`, names only, or nothing. */
const TAKEN: readonly (readonly [keyof typeof URLS, given: object, taken: "any" | "names" | string])[] = [
  ["https", {}, "any"],
  ["https", { protocol: "auto" }, "any"],
  ["http", { protocol: "grpc-web" }, "any"],
  ["https", { protocol: "connect" }, "any"],
  ["https", { protocol: "grpc" }, "any"],
  ["grpc", {}, "any"],
  ["grpcs", { protocol: "jina", kind: "executor" }, "names"],
  ["grpc", { protocol: "jina" }, "a Jina flow"],
  ["ws", {}, "a Jina flow"],
  ["https", { protocol: "jina", kind: "flow" }, "a Jina flow"],
  ["https", { protocol: "jina", kind: "executor" }, "a Jina executor over https://"],
  ["http", { protocol: "jina", kind: "executor" }, "a Jina executor over http://"],
  ["http", { protocol: "http" }, "an http upstream"],
];

Deno.test("parseConfig() takes services where the protocol has any, and refuses them where it has none", () => {
  for (const [scheme, given, taken] of TAKEN) {
    const upstream = { url: URLS[scheme], ...given };
    for (const services of [undefined, [""]]) {
      assert.deepEqual(read({ upstream: { ...upstream, services }, platform: "workers" }).services, [""]);
    }
    for (const services of [["acme.Cart", ""], ["*"], "*"]) {
      const problems = problemsOf({ upstream: { ...upstream, services }, platform: "workers" });
      const shown = services === "*" ? ' "*"' : "";
      const isRefused = taken !== "any" && (taken !== "names" || services.includes("*"));
      const problem = taken === "names"
        ? `.services${shown}: jina has no Health/List to discover services by; name them, or use grpc-web or connect or grpc or auto`
        : `.services${shown}: ${taken} has no services; remove it`;
      assert.deepEqual(problems, isRefused ? [problem] : [], JSON.stringify({ ...upstream, services }));
    }
  }
});

Deno.test('parseConfig() reads services = "*" as the list of it', () => {
  for (const services of ["*", ["*"]]) {
    assert.deepEqual(read({ upstream: { url: URLS.https, services }, platform: "deno" }).services, ["*"]);
  }
});

Deno.test("parseConfig() tells what is wrong with services, and how to mend it", () => {
  const rows: readonly (readonly [services: unknown, ...problems: string[]])[] = [
    ["acme.X", '.services "acme.X": not a list; write ["acme.CheckoutService"], or "*" to discover them'],
    [{}, '.services: not a list; write ["acme.CheckoutService"], or "*" to discover them'],
    [[], '.services: empty; name a service, or leave it out for [""]'],
    [["b", "b"], '.services[1] "b": listed twice; remove one'],
    [["*", "*"], '.services[1] "*": listed twice; remove one'],
    [["*", "b"], '.services: "*" stands for all services; write "*" alone, or leave it out'],
    [["b", "*"], '.services: "*" stands for all services; write "*" alone, or leave it out'],
    [[5], ".services[0] 5: not text; write it in quotes"],
    [
      ["b\tc"],
      '.services[0] "b\\tc": it has control characters; remove them (a value read from a file may end with a line break)',
    ],
  ];
  for (const [services, ...problems] of rows) {
    assert.deepEqual(problemsOf({ upstream: { url: URLS.https, services }, platform: "workers" }), problems);
  }
});
