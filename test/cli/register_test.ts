import assert from "node:assert/strict";
import { Code, ConnectError } from "@connectrpc/connect";
import { runRollcall } from "../support/cli.ts";
import { startFaultServer } from "../support/fault-server.ts";
import { startWrittenServices, WRITE_TOKEN } from "../support/written-services.ts";

const env = { ADMIN_TOKEN: WRITE_TOKEN };

/** A port that nothing listens at, and none that `fetch` blocks. */
function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

for (
  const [args, upstream] of [
    [["payments", "grpc://payments:50051"], { name: "payments", url: "grpc://payments:50051" }],
    [
      ["search", "https://s.example.com", "--protocol", "connect", "--service", "", "--service", "acme.Search"],
      { name: "search", url: "https://s.example.com", protocol: "connect", services: ["", "acme.Search"] },
    ],
    [["all", "https://a.example.com", "--service", "*"], { name: "all", url: "https://a.example.com", services: "*" }],
    [["batch", "--protocol", "push", "--ttl", "1d"], { name: "batch", protocol: "push", ttlMs: 86_400_000 }],
  ] as const
) {
  Deno.test(`rollcall register ${args.join(" ")} writes just that`, async () => {
    const seen: unknown[] = [];
    await using server = await startWrittenServices({
      registry: {
        registerUpstream: ({ upstream, replace }) => {
          seen.push({ upstream, replace });
          return { version: 5, warnings: ["slow\x1b[31m"] };
        },
      },
    });
    assert.deepEqual(await runRollcall(["register", ...args, "--to", server.url], { env }), {
      exitCode: 0,
      stdout: `registered ${args[0]}: version 5\n`,
      stderr: "warning: slow [31m\n",
    });
    await runRollcall(["register", ...args, "--replace", "--to", server.url], { env });
    assert.deepEqual(seen, [{ upstream, replace: false }, { upstream, replace: true }]);
  });
}

Deno.test("rollcall deregister removes an upstream by its name", async () => {
  const seen: string[] = [];
  await using server = await startWrittenServices({
    registry: { deregisterUpstream: ({ name }) => (seen.push(name), { version: 6 }) },
  });
  const { exitCode, stdout } = await runRollcall(["deregister", "payments", "--to", server.url], { env });
  assert.deepEqual([exitCode, stdout, seen], [0, "deregistered payments: version 6\n", ["payments"]]);
});

for (
  const [code, message, stderr] of [
    [Code.NotFound, 'no upstream "x" was written', 'error: no upstream "x" was written\n'],
    [
      Code.FailedPrecondition,
      "no place to write to; add:\n[[x]]\ny = 1",
      "error: no place to write to; add:\n[[x]]\ny = 1\n",
    ],
    [Code.InvalidArgument, "first; fix it\nsecond; fix it", "error: first; fix it\nerror: second; fix it\n"],
    [Code.Internal, "", "error: internal: \n"],
    [Code.NotFound, "a\x1b]0;title\x07", "error: a ]0;title \n"],
  ] as const
) {
  Deno.test(`rollcall deregister ends with 1 and shows ${JSON.stringify(message)} of a ${Code[code]}`, async () => {
    await using server = await startWrittenServices({
      registry: {
        deregisterUpstream: () => {
          throw new ConnectError(message, code);
        },
      },
    });
    const result = await runRollcall(["deregister", "x", "--to", server.url], { env });
    assert.deepEqual(result, { exitCode: 1, stdout: "", stderr });
  });
}

Deno.test("rollcall deregister tells what to do when there is no Rollcall, no token or a wrong one", async () => {
  await using server = await startWrittenServices({});
  await using page = await startFaultServer({ send: "HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nhi" });
  await using moved = await startFaultServer({
    send: `HTTP/1.1 307 Moved\r\nlocation: ${server.url}\r\ncontent-length: 0\r\n\r\n`,
  });
  for (
    const [args, exitCode, said] of [
      [["--to", "http://127.0.0.1:1"], 4, /^error: Cannot ask http:\/\/127\.0\.0\.1:1\/rollcall.*; is the URL right/],
      [["--to", `http://127.0.0.1:${closedPort()}`], 4, /: tcp connect error: Connection refused .*; is the URL right/],
      [["--to", server.url, "--token", "schlüssel-☃"], 2, /^error: Cannot send the token: it has spaces or non-ASCII/],
      [["--to", page.url], 4, /HTTP 404 without an answer to it; does a Rollcall of this version answer there\?/],
      [["--to", moved.url], 4, /HTTP 307 without an answer to it; is the URL right/],
      [["--to", server.url, "--token", "wrong"], 4, /^error: It refuses the token: the token is wrong; pass the/],
      [["--to", server.url, "--token", ""], 2, /no token was given; set ADMIN_TOKEN, or pass --token\n$/],
      [[], 2, /no URL was given; write one, as https:\/\/health.example.com, or set ROLLCALL_URL\n$/],
      [["--to", server.url, "--tokn", "x"], 2, /unknown option '--tokn'; did you mean --token\?/],
    ] as const
  ) {
    const { exitCode: seen, stdout, stderr } = await runRollcall(["deregister", "x", ...args], { env });
    assert.deepEqual([seen, stdout], [exitCode, ""], stderr);
    assert.match(stderr, said);
    assert.ok(!stderr.includes(WRITE_TOKEN));
  }
});
