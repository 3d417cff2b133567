import assert from "node:assert/strict";
import { runRollcall } from "../support/cli.ts";
import { startOnDeno } from "../support/rollcall-deno.ts";
import { startUpstream } from "../support/upstream.ts";

const TOKEN = "a-read-token-of-tests";

/** A Rollcall on Deno over one serving upstream, or with the variables of the test's own. */
async function startRollcall(
  vars: Readonly<Record<string, string>> = { READ_TOKEN: TOKEN },
  upstreams?: readonly object[],
) {
  const upstream = await startUpstream();
  const rollcall = await startOnDeno({
    upstreams: upstreams ?? [{ name: "a", url: upstream.url, protocol: "connect" }],
    vars,
  });
  return {
    url: rollcall.url,
    grpc: String(rollcall.entries("listening")[0]?.["grpc"]),
    async [Symbol.asyncDispose]() {
      await rollcall.stop();
      await upstream.close();
    },
  };
}

/** A proxy before a deployment that does one thing wrong, and passes no WebSocket on. */
function startProxy(
  url: string,
  wrong: (request: Request, pass: () => Promise<Response>) => Promise<Response> | Response,
) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    if (request.headers.has("upgrade")) return new Response(null, { status: 426 });
    const { pathname, search } = new URL(request.url);
    const body = request.body === null ? {} : { body: await request.arrayBuffer() };
    const headers = new Headers(request.headers);
    headers.delete("host");
    const pass = () => fetch(`${url}${pathname}${search}`, { method: request.method, headers, ...body });
    return await wrong(request, pass);
  });
  const { port } = server.addr;
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Names of the checks that failed, with the fix told for each. */
function failed(stdout: string): Readonly<Record<string, string>> {
  const rows = stdout.split("\n").map((line) => line.split(/ {2,}/)).filter(([verdict]) => verdict === "fail");
  return Object.fromEntries(rows.map(([, name = "", , fix = ""]) => [name, fix]));
}

const WEBSOCKETS = {
  "WebSocket /dry_run, bytes": "let proxies pass WebSockets on; on Cloudflare: Network, WebSockets, On",
  "WebSocket /dry_run, json": "let proxies pass WebSockets on; on Cloudflare: Network, WebSockets, On",
};
const PROXY = "is a proxy or a rule before it that changes this path? Else deploy this version again";
const RPC = "let proxies pass its POSTs on as they are: content types, bodies and streaming";

Deno.test("rollcall smoke passes on Deno, with its native gRPC port", async () => {
  await using rollcall = await startRollcall({ READ_TOKEN: TOKEN, GRPC_PORT: "0" });
  const host = rollcall.grpc.replace("grpc://", "");
  const { exitCode, stdout } = await runRollcall(["smoke", rollcall.url, "--token", TOKEN, "--grpc", host]);
  assert.equal(exitCode, 0, stdout);
  assert.match(stdout, /^pass {2}native gRPC +grpc:\/\/127\.0\.0\.1:\d+ answers$/m);
  assert.match(stdout, /^pass {2}store +deno-kv, written .* ago and read back$/m);
  assert.match(stdout, /^pass {2}cron +it ran .* ago$/m);
  assert.match(stdout, /\n23 passed, 0 failed, 1 skipped\n$/);
});

Deno.test("rollcall smoke fails with the fix when nothing answers native gRPC where --grpc says", async () => {
  await using rollcall = await startRollcall();
  const { exitCode, stdout } = await runRollcall(["smoke", rollcall.url, "--grpc", "127.0.0.1:1"]);
  assert.equal(exitCode, 1);
  assert.deepEqual(failed(stdout), { "native gRPC": "set GRPC_PORT, and let that port through" });
});

Deno.test("rollcall smoke skips what only the token's holder is told, and says so", async () => {
  await using rollcall = await startRollcall();
  const { exitCode, stdout } = await runRollcall(["smoke", rollcall.url]);
  assert.equal(exitCode, 0, stdout);
  const skipped = [...stdout.matchAll(/^skip {2}(.*?) {2,}.*pass its READ_TOKEN as --token$/gm)].map(([, name]) =>
    name
  );
  assert.deepEqual(skipped, ["read token", "store", "cron", "conversion to gRPC"]);
});

for (
  const [what, wrong, expected] of [
    [
      "a surface is not there",
      (request: Request, pass: () => Promise<Response>) =>
        new URL(request.url).pathname === "/metrics" ? new Response("no", { status: 404 }) : pass(),
      { "GET /metrics": PROXY, ...WEBSOCKETS },
    ],
    [
      "POSTs of gRPC-web are refused",
      (request: Request, pass: () => Promise<Response>) =>
        (request.headers.get("content-type") ?? "").startsWith("application/grpc-web+")
          ? new Response(null, { status: 415 })
          : pass(),
      { "gRPC-web": RPC, "Jina dry_run RPC": RPC, ...WEBSOCKETS },
    ],
    [
      "a cache keeps /health",
      async (request: Request, pass: () => Promise<Response>) => {
        const answer = await pass();
        if (new URL(request.url).pathname !== "/dry_run" || request.method !== "GET") return answer;
        await answer.body?.cancel();
        return Response.json({ code: 1, description: "old", exception: null }, { status: 503 });
      },
      { "GET /health": "no cache may keep /health or /dry_run: bypass them in its rules", ...WEBSOCKETS },
    ],
    [
      "its clock is off",
      async (_request: Request, pass: () => Promise<Response>) => {
        const answer = await pass();
        const headers = new Headers(answer.headers);
        headers.set("date", new Date(Date.now() + 60_000).toUTCString());
        return new Response(answer.body, { status: answer.status, headers });
      },
      { clock: "set the clocks by NTP: every age is worked out from them", ...WEBSOCKETS },
    ],
  ] as const
) {
  Deno.test(`rollcall smoke fails with the fix when ${what}`, async () => {
    await using rollcall = await startRollcall();
    await using proxy = startProxy(rollcall.url, wrong);
    const { exitCode, stdout } = await runRollcall(["smoke", proxy.url, "--token", TOKEN]);
    assert.equal(exitCode, 1, stdout);
    assert.deepEqual(failed(stdout), expected, stdout);
  });
}

for (
  const [what, vars, upstreams, expected] of [
    [
      "the registry is wrong",
      { READ_TOKEN: TOKEN },
      [{ name: "a" }],
      { registry: "mend what rollcall validate finds, and deploy again" },
    ],
    [
      "no upstream is registered",
      { READ_TOKEN: TOKEN },
      [],
      { registry: "write [[vars.UPSTREAMS]], as by rollcall init; [env.X] inherits none" },
    ],
    [
      "it has no READ_TOKEN",
      {},
      undefined,
      { "read token": "run wrangler secret put READ_TOKEN, or set it on Deno" },
    ],
  ] as const
) {
  Deno.test(`rollcall smoke fails with the fix when ${what}`, async () => {
    await using rollcall = await startRollcall(vars, upstreams);
    const { exitCode, stdout } = await runRollcall(["smoke", rollcall.url, "--token", TOKEN]);
    assert.equal(exitCode, 1, stdout);
    const { store: _store, ...others } = failed(stdout);
    assert.deepEqual(others, expected, stdout);
  });
}

Deno.test("rollcall smoke ends with 4 when no Rollcall answers, or it refuses the token", async () => {
  await using rollcall = await startRollcall();
  assert.equal((await runRollcall(["smoke", "http://127.0.0.1:1"])).exitCode, 4);
  const { exitCode, stderr } = await runRollcall(["smoke", rollcall.url, "--token", "another"]);
  assert.equal(exitCode, 4);
  assert.match(stderr, /it refuses the token; pass its READ_TOKEN/);
});
