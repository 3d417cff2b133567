import assert from "node:assert/strict";
import { problemsOf, read } from "./one-upstream.ts";

Deno.test("parseConfig() refuses on Deno the very ports that its fetch blocks", async () => {
  // It blocks none above these.
  for (let from = 1; from < 10_240; from += 256) {
    const ports = Array.from({ length: 256 }, (_, at) => from + at);
    await Promise.all(ports.map(async (port) => {
      const url = `http://127.0.0.1:${port}`;
      const problems = problemsOf({ upstream: { url }, platform: "deno", env: { ALLOW_PRIVATE_UPSTREAMS: true } });
      assert.deepEqual(problems.length > 0, await isBlocked(port), `port ${port}`);
    }));
  }
});

Deno.test("parseConfig() says what can be done about a port that fetch blocks", () => {
  const [problem] = problemsOf({ upstream: { url: "https://a.acme.com:6000/x" }, platform: "deno" });
  assert.equal(
    problem,
    '.url ":6000": fetch asks nothing at port 6000, as in browsers; use another port, or protocol grpc',
  );
  const ways = [
    { url: "https://a.acme.com:6000", protocol: "grpc" },
    { url: "grpc://a.acme.com:6000" },
    { url: "grpcs://a.acme.com:6000" },
    { url: "wss://a.acme.com:6000", protocol: "jina" },
    { url: "grpc://a.acme.com:25" },
  ];
  for (const upstream of ways) read({ upstream, platform: "deno" });
  for (const protocol of ["auto", "grpc-web", "connect", "http", "jina"]) {
    const upstream = { url: "http://a.acme.com:25", protocol };
    assert.equal(problemsOf({ upstream, platform: "deno" }).length, 1, protocol);
    read({ upstream, platform: "workers" });
  }
});

Deno.test("parseConfig() refuses port 25 where a Worker would dial it", () => {
  const [problem] = problemsOf({ upstream: { url: "grpc://a.acme.com:25" }, platform: "workers" });
  assert.equal(
    problem,
    '.url ":25": a Worker opens no connection to port 25; use another port, or reach it by via',
  );
  read({ upstream: { url: "grpc://a.acme.com:2525" }, platform: "workers" });
});

/** Asked where hardly anybody listens, for it is blocked before it leaves. */
async function isBlocked(port: number): Promise<boolean> {
  try {
    await (await fetch(`http://127.0.0.3:${port}`)).body?.cancel();
    return false;
  } catch (error) {
    return String(error).includes("are blocked");
  }
}
