import assert from "node:assert/strict";
import type { Load } from "../../src/core/report.ts";
import type { Farewell, Upgrade } from "../../src/surface/upgrade.ts";
import { answered, failed, fixedLoad, reportOn } from "../support/reports.ts";
import { READ_TOKEN, surfaces } from "../support/surfaces.ts";

const UP = reportOn([{ name: "a", state: answered("SERVING") }]);
const DOWN = reportOn([{ name: "a", state: failed("dns", "no such host") }]);

/** The surfaces on a platform that notes what it is to say, and what came of a request. */
function onPlatform(report = UP) {
  const said: (Farewell & { readonly subprotocol?: string })[] = [];
  const { load, asked } = fixedLoad(report);
  const upgrade: Upgrade = async (_request, subprotocol, say) => {
    said.push({ ...await say(), ...(subprotocol !== undefined && { subprotocol }) });
    return new Response("upgraded");
  };
  const ask = surfaces(load, { upgrade });
  return {
    said,
    asked,
    get: (headers: HeadersInit, method = "GET") => ask("/dry_run?timeout=700ms", { method, headers }),
  };
}

Deno.test("WS /dry_run gives the platform's answer as it is", async () => {
  const { get, said } = onPlatform();
  assert.equal(await (await get({ upgrade: "websocket" })).text(), "upgraded");
  assert.deepEqual(said, [{ code: 1000, reason: "", message: "{}" }]);
});

Deno.test("WS /dry_run reads the report once, by the caller's deadline and token", async () => {
  const { get, asked } = onPlatform(DOWN);
  await get({ upgrade: "websocket", authorization: `Bearer ${READ_TOKEN}`, "rollcall-hops": "1" });
  assert.deepEqual(asked, [{ deadlineMs: 700, isTrusted: true, isForced: false, hops: 1 }]);
});

const OFFERS: readonly (readonly [string, string | undefined, boolean])[] = [
  ["bytes", "bytes", true],
  ["json", "json", false],
  ["json,bytes", "json", false],
  ["x, bytes ,json", "bytes", true],
  ["BYTES", undefined, false],
  ["", undefined, false],
  ["toString", undefined, false],
];

for (const [offered, subprotocol, isBinary] of OFFERS) {
  Deno.test(`WS /dry_run chooses ${subprotocol ?? "no subprotocol"} when ${JSON.stringify(offered)} is offered`, async () => {
    const { get, said } = onPlatform();
    await get({ upgrade: "WebSocket", "sec-websocket-protocol": offered });
    const chosen = subprotocol === undefined ? {} : { subprotocol };
    assert.deepEqual(said, [{ code: 1000, reason: "", ...chosen, message: isBinary ? new Uint8Array() : "{}" }]);
  });
}

Deno.test("WS /dry_run sends no message when the fleet fails, and a stranger no detail", async () => {
  const { get, said } = onPlatform(DOWN);
  await get({ upgrade: "websocket", "sec-websocket-protocol": "bytes" });
  const reason = "|Gateway: Communication error with deployment a at address(es) {'a'}. Head or worker(s) may be down.";
  assert.deepEqual(said, [{ code: 1011, reason, subprotocol: "bytes" }]);
});

Deno.test("WS /dry_run answers 400, and asks nobody, when the platform finds the handshake not whole", async () => {
  const { load, asked } = fixedLoad(UP);
  const ask = surfaces(load, { upgrade: () => Promise.resolve(undefined) });
  const answer = await ask("/dry_run", { headers: { upgrade: "websocket" } });
  assert.equal(answer.status, 400);
  assert.match((await answer.json()).error, /handshake/);
  assert.deepEqual(asked, []);
});

Deno.test("WS /dry_run closes with 1011, and one log line, when a bug is in the way", async () => {
  const farewells: Farewell[] = [];
  const upgrade: Upgrade = async (_request, _subprotocol, say) => void farewells.push(await say());
  const load: Load = () => Promise.reject(new Error("a secret of its own"));
  const printed: string[] = [];
  const { error } = console;
  console.error = (line) => printed.push(line);
  await surfaces(load, { upgrade })("/dry_run", { headers: { upgrade: "websocket" } });
  console.error = error;
  assert.deepEqual(farewells, [
    { code: 1011, reason: "Cannot answer: an error of Rollcall's own, which its log names" },
  ]);
  assert.equal(printed.length, 1);
});

const NO_UPGRADES: readonly (readonly [string, HeadersInit, string, number])[] = [
  ["asks for none", {}, "GET", 200],
  ["asks for another protocol", { upgrade: "h2c" }, "GET", 200],
  ["asks for others beside", { upgrade: "websocket, h2c" }, "GET", 200],
  ["is HEAD", { upgrade: "websocket" }, "HEAD", 200],
  ["is POST", { upgrade: "websocket" }, "POST", 405],
  ["has a wrong token", { upgrade: "websocket", authorization: "Bearer wrong" }, "GET", 401],
];

for (const [what, headers, method, status] of NO_UPGRADES) {
  Deno.test(`/dry_run opens no WebSocket when a request ${what}`, async () => {
    const { get, said } = onPlatform();
    assert.equal((await get(headers, method)).status, status);
    assert.deepEqual(said, []);
  });
}

Deno.test("/dry_run answers over HTTP when the platform lends no WebSockets", async () => {
  const answer = await surfaces(UP)("/dry_run", { headers: { upgrade: "websocket" } });
  assert.equal((await answer.json()).code, 0);
});
