import fc from "fast-check";
import assert from "node:assert/strict";
import { encodeFrame, encodeTrailer } from "../../src/wire/grpc-web.ts";
import { encodeHealthCheckRequest } from "../../src/wire/health.ts";
import { decodeText, textResponse } from "../../src/surface/grpc-web-text.ts";
import { answered, reportOn } from "../support/reports.ts";
import { surfaces } from "../support/surfaces.ts";

const report = reportOn([{ name: "checkout", state: answered("SERVING") }]);
const ascii = new TextEncoder();

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function post(path: string, body: string, contentType = "application/grpc-web-text") {
  return surfaces(report)(`/grpc.health.v1.Health/${path}`, {
    method: "POST",
    headers: { "content-type": contentType },
    body,
  });
}

Deno.test("P12: Check is served as grpc-web-text, base64 both ways (deviation: connect-es answers 415)", async () => {
  const ok = base64(new Uint8Array([...encodeFrame(new Uint8Array([8, 1])), ...encodeTrailer(0)]));
  for (const contentType of ["application/grpc-web-text", "application/grpc-web-text+proto"]) {
    const answer = await post("Check", base64(encodeFrame(encodeHealthCheckRequest("checkout"))), contentType);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "application/grpc-web-text+proto");
    assert.equal(await answer.text(), ok);
  }
});

Deno.test("P12: Connect GET is served for Check and List, and not for Watch (deviation: 405)", async () => {
  const ask = surfaces(report);
  const query = "?connect=v1&encoding=json&message=%7B%7D";
  assert.deepEqual(await (await ask(`/grpc.health.v1.Health/Check${query}`)).json(), { status: "SERVING" });
  const { statuses } = await (await ask(`/grpc.health.v1.Health/List${query}`)).json();
  assert.deepEqual(statuses, { "": { status: "SERVING" }, checkout: { status: "SERVING" } });
  const watch = await ask(`/grpc.health.v1.Health/Watch${query}`);
  assert.deepEqual([watch.status, watch.headers.get("allow")], [405, "POST, OPTIONS"]);
  await watch.body?.cancel();
});

Deno.test("grpc-web-text takes a body of several padded chunks", async () => {
  const frame = encodeFrame(encodeHealthCheckRequest("checkout"));
  const chunked = base64(frame.subarray(0, 5)) + base64(frame.subarray(5, 9)) + base64(frame.subarray(9));
  const answer = decodeText(await (await post("Check", chunked)).bytes());
  assert.deepEqual([...answer ?? []].slice(0, 7), [...encodeFrame(new Uint8Array([8, 1]))]);
});

Deno.test("grpc-web-text carries errors in the trailer, base64 too", async () => {
  const nobody = base64(encodeFrame(encodeHealthCheckRequest("nobody")));
  const cases = [["!!!!", "grpc-status: 3"], ["AAAAA", "grpc-status: 3"], [nobody, "grpc-status: 5"]];
  for (const [body = "", status = ""] of cases) {
    const answer = await post("Check", body);
    assert.equal(answer.status, 200);
    assert.ok(atob(await answer.text()).includes(status), body);
  }
});

Deno.test("grpc-web-text streams: each message of a Watch comes as base64 of its own", async () => {
  const answer = await post("Watch", base64(encodeFrame(encodeHealthCheckRequest("checkout"))));
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  assert.equal(new TextDecoder().decode(first?.value), base64(encodeFrame(new Uint8Array([8, 1]))));
  await reader?.cancel();
});

Deno.test("decodeText() undoes base64, however it is cut into padded texts", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 5 }), (chunks) => {
    const decoded = decodeText(ascii.encode(chunks.map(base64).join("")));
    assert.deepEqual([...decoded ?? []], chunks.flatMap((chunk) => [...chunk]));
  }));
});

Deno.test("decodeText() refuses what is not base64, and lets white space around it pass", () => {
  for (const text of ["A", "AAA", "AA=A", "====", "AAAA=", "AA*=", "AA==A"]) {
    assert.equal(decodeText(ascii.encode(text)), undefined, text);
  }
  assert.deepEqual(decodeText(ascii.encode("AAA=\n")), new Uint8Array(2));
});

Deno.test("textResponse() tells the stream behind it when its reader goes", async () => {
  const cancelled = Promise.withResolvers<unknown>();
  const source = new ReadableStream<Uint8Array>({ cancel: (reason) => cancelled.resolve(reason) });
  await textResponse(new Response(source)).body?.cancel("gone");
  assert.equal(await cancelled.promise, "gone");
});
