import assert from "node:assert/strict";
import { createClient, RollcallError } from "../../src/client.ts";
import { encodeFrame, encodeTrailer } from "../../src/wire/grpc-web.ts";
import { startUpstream } from "../support/upstream.ts";

type Reply = readonly [status: number, contentType: string, body: string | Uint8Array<ArrayBuffer>];

/** A client of a real server that gives one reply to everything. */
async function asked<T>(reply: Reply, ask: (client: ReturnType<typeof createClient>) => Promise<T>): Promise<T> {
  const [status, contentType, body] = reply;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(body, { status, headers: { "content-type": contentType } }),
  );
  try {
    return await ask(createClient(`http://127.0.0.1:${server.addr.port}/`));
  } finally {
    await server.shutdown();
  }
}

function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(String, (error) => error instanceof RollcallError ? error.code : `no RollcallError: ${error}`);
}

function body(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

const WEB = "application/grpc-web+proto";
const SERVING = encodeFrame(new Uint8Array([8, 1]));
const OK = encodeTrailer(0);

const CHECKS: readonly (readonly [what: string, reply: Reply, expect: string])[] = [
  ["SERVING", [200, WEB, body(SERVING, OK)], "SERVING"],
  ["NOT_SERVING", [200, WEB, body(encodeFrame(new Uint8Array([8, 2])), OK)], "NOT_SERVING"],
  ["a status of the future", [200, WEB, body(encodeFrame(new Uint8Array([8, 9])), OK)], "UNKNOWN"],
  ["SERVICE_UNKNOWN", [200, WEB, body(encodeFrame(new Uint8Array([8, 3])), OK)], "not_found"],
  ["grpc-status 5", [200, WEB, body(encodeTrailer(5, "no such name"))], "not_found"],
  ["grpc-status 99", [200, WEB, body(encodeTrailer(99))], "unknown"],
  ["OK without a message", [200, WEB, body(OK)], "internal"],
  ["two messages", [200, WEB, body(SERVING, SERVING, OK)], "internal"],
  ["no trailer", [200, WEB, body(SERVING)], "internal"],
  ["a truncated frame", [200, WEB, body(SERVING).slice(0, 4)], "internal"],
  ["a message that is none", [200, WEB, body(encodeFrame(new Uint8Array([8])), OK)], "internal"],
  ["a page", [200, "text/html", "<p>welcome</p>"], "unimplemented"],
  ["404", [404, "text/html", "<p>where?</p>"], "unimplemented"],
  ["401", [401, "application/json", `{"error":"who?"}`], "unauthenticated"],
  ["403", [403, "text/plain", ""], "permission_denied"],
  ["502", [502, "text/html", "<p>bad gateway</p>"], "unavailable"],
  ["500", [500, "text/html", ""], "unknown"],
];

for (const [what, reply, expect] of CHECKS) {
  Deno.test(`check() comes to ${expect} when the answer is ${what}`, async () => {
    assert.equal(await asked(reply, (client) => codeOf(client.check())), expect);
  });
}

const READY = `{"code":0,"description":"","exception":null}`;

const READINESS: readonly (readonly [what: string, reply: Reply, expect: boolean])[] = [
  ["code 0", [200, "application/json", READY], true],
  ["code 1", [200, "application/json", `{"code":1}`], false],
  ["no JSON", [200, "text/html", "<p>welcome</p>"], false],
  ["JSON of another kind", [200, "application/json", "[0]"], false],
  ["404", [404, "application/json", READY], false],
  ["503", [503, "application/json", READY], false],
  ["504", [504, "application/json", READY], false],
];

for (const [what, reply, expect] of READINESS) {
  Deno.test(`J9: isFlowReady() is ${expect} when the answer is ${what}`, async () => {
    assert.equal(await asked(reply, (client) => client.isFlowReady()), expect);
  });
}

Deno.test("J9: isFlowReady() is false when the connection is refused, or the caller has no time", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const client = createClient(`http://127.0.0.1:${port}`);
  assert.equal(await client.isFlowReady(), false);
  assert.equal(await client.isFlowReady({ signal: AbortSignal.abort() }), false);
  assert.equal(await client.isFlowReady({ timeoutMs: 0 }), false);
});

const REPORTS: readonly (readonly [what: string, reply: Reply, expect: string])[] = [
  ["a health page of another kind", [200, "application/health+json", `{"status":"pass"}`], "unimplemented"],
  ["a proxy's 503", [503, "text/html", "<p>later</p>"], "unavailable"],
  ["401", [401, "application/json", `{"error":"who?"}`], "unauthenticated"],
];

for (const [what, reply, expect] of REPORTS) {
  Deno.test(`report() throws ${expect} when the answer is ${what}`, async () => {
    assert.equal(await asked(reply, (client) => codeOf(client.report())), expect);
  });
}

Deno.test("check(), list() and watch() understand a health server by other hands", async () => {
  await using server = await startUpstream({ services: { "": "SERVING", "acme.Cart": "NOT_SERVING" } });
  const client = createClient(server.url);
  assert.equal(await client.check("acme.Cart"), "NOT_SERVING");
  assert.equal(await codeOf(client.check("acme.Nobody")), "not_found");
  assert.deepEqual(await client.list(), new Map([["", "SERVING"], ["acme.Cart", "NOT_SERVING"]]));
  const seen: string[] = [];
  for await (const status of client.watch("acme.Cart")) {
    seen.push(status);
    if (seen.length === 3) break;
    server.setStatus("acme.Cart", seen.length === 1 ? "SERVING" : undefined);
  }
  assert.deepEqual(seen, ["NOT_SERVING", "SERVING", "SERVICE_UNKNOWN"]);
});

Deno.test("createClient() takes http and https URLs only, with a path or without", async () => {
  for (const url of ["ws://status.example.com", "status.example.com", ""]) {
    assert.throws(() => createClient(url), TypeError);
  }
  const asked: string[] = [];
  const client = createClient("https://status.example.com/rollcall/", {
    token: "t",
    fetch: (url, { headers }) => {
      asked.push(`${url} ${new Headers(headers).get("authorization")}`);
      return Promise.resolve(new Response(READY));
    },
  });
  assert.equal(await client.isFlowReady({ timeoutMs: 250 }), true);
  assert.deepEqual(asked, ["https://status.example.com/rollcall/dry_run?timeout=250ms Bearer t"]);
});
