import assert from "node:assert/strict";
import { problemsOf, read } from "./one-upstream.ts";

const PLATFORMS = ["workers", "deno"] as const;

Deno.test("parseConfig() takes a push upstream without a url, whose status lives a minute and is looked at as often as any", () => {
  for (const platform of PLATFORMS) {
    const { url, protocol, services, lifeMs, ttlMs, critical } = read({ upstream: { protocol: "push" }, platform });
    assert.deepEqual({ url, protocol, services, lifeMs, ttlMs, critical }, {
      url: "",
      protocol: "push",
      services: [""],
      lifeMs: 60_000,
      ttlMs: 15_000,
      critical: true,
    });
  }
});

Deno.test("parseConfig() looks at a told status no less often than it lives", () => {
  const upstream = { protocol: "push", ttlMs: 4_000, services: ["a.B", ""] };
  const { lifeMs, ttlMs, services } = read({ upstream, platform: "deno" });
  assert.deepEqual({ lifeMs, ttlMs, services }, {
    lifeMs: 4_000,
    ttlMs: 4_000,
    services: ["a.B", ""],
  });
});

Deno.test("parseConfig() takes a satellite, which tells its names itself", () => {
  const { protocol, services, lifeMs } = read({ upstream: { protocol: "satellite" }, platform: "workers" });
  assert.deepEqual({ protocol, services, lifeMs }, { protocol: "satellite", services: ["*"], lifeMs: 60_000 });
  assert.deepEqual(problemsOf({ upstream: { protocol: "satellite", services: ["a.B"] }, platform: "deno" }), [
    ".services: a satellite tells its names itself; remove it",
  ]);
});

Deno.test("parseConfig() refuses whatever says how to ask an upstream that is never asked, and shows none of it", () => {
  const asking = {
    url: "https://secret.acme.com",
    kind: "flow",
    codec: "json",
    method: "GET",
    expectStatus: 200,
    expectJson: { pointer: "", equals: 1 },
    timeoutMs: 5,
    headers: { authorization: "secret" },
    via: "B",
    authority: "secret",
    ca: "secret",
    cert: "secret",
    key: "secret",
    serverName: "secret",
    watch: true,
  };
  for (const protocol of ["push", "satellite"]) {
    const problems = problemsOf({ upstream: { protocol, ...asking }, platform: "deno" });
    assert.deepEqual(
      problems.map((problem) => problem.replace(/ \*\*\*/, "")),
      Object.keys(asking).map((field) => `.${field}: a ${protocol} upstream is never asked; remove it`),
    );
    assert.doesNotMatch(problems.join(), /secret/);
  }
});

Deno.test("parseConfig() refuses services of a push upstream that are to be discovered", () => {
  for (const services of ["*", ["*"], ["a.B", "*"]]) {
    const problems = problemsOf({ upstream: { protocol: "push", services }, platform: "workers" });
    assert.equal(problems.length, 1, JSON.stringify(services));
    assert.match(String(problems[0]), /^\.services.*what may be told is registered first; name the services$/);
  }
});

Deno.test("parseConfig() refuses a life below a second and above a day", () => {
  for (const ttlMs of [0, 999, 86_400_001, "1 s"]) {
    const problems = problemsOf({ upstream: { protocol: "push", ttlMs }, platform: "workers" });
    assert.match(String(problems), /^\.ttlMs .*write 1000\.\.86400000 in digits$/, String(ttlMs));
  }
});
