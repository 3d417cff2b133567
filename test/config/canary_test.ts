import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";

Deno.test("CANARY_URL is a page, whatever it answers", () => {
  const { canary, problems } = parseConfig({ CANARY_URL: "https://one.one.one.one/" }, "workers");
  assert.deepEqual(problems, []);
  assert.deepEqual(
    [canary?.upstream.url, canary?.upstream.protocol, canary?.upstream.http, canary?.upstream.timeoutMs],
    ["https://one.one.one.one", "http", { method: "HEAD", statuses: [{ from: 100, to: 599 }] }, 1_500],
  );
  assert.equal(parseConfig({}, "workers").canary, undefined);
  assert.equal(parseConfig({ CANARY_URL: "" }, "deno").canary, undefined);
});

Deno.test("CANARY_URL is refused where no upstream may be either, and where it is no page", () => {
  for (
    const [url, state] of [
      ["http://10.0.0.1/", "10.0.0.1 is a private address"],
      ["https://localhost/", "localhost is a private name"],
      ["grpc://one.example.com", "grpc:// is no scheme of a page"],
      ["one.example.com", "it has no scheme"],
      ["https://one.example.com/?key=1", "it has a query or fragment"],
    ] as const
  ) {
    const { problems } = parseConfig({ CANARY_URL: url }, "deno");
    assert.equal(problems.length, 1, url);
    assert.match(problems[0] ?? "", new RegExp(`^Cannot parse CANARY_URL .*: ${state.replaceAll(/[.?/]/g, "\\$&")}`));
  }
  assert.deepEqual(
    parseConfig({ CANARY_URL: "http://127.0.0.1:1/", ALLOW_PRIVATE_UPSTREAMS: "true" }, "deno").problems,
    [],
  );
});
