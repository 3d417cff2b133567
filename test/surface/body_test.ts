import assert from "node:assert/strict";
import { BODY_MAX_BYTES } from "../../src/surface/read-body.ts";
import { decodeFrames, decodeTrailer, encodeFrame } from "../../src/wire/grpc-web.ts";
import { answered, fixedLoad, reportOn } from "../support/reports.ts";
import { surfaces } from "../support/surfaces.ts";

const report = reportOn([{ name: "checkout", state: answered("SERVING") }]);
const RPCS = ["/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/List", "/grpc.health.v1.Health/Watch"];

/** A body without end, and how many bytes of it were taken. */
function endless() {
  const taken = { bytes: 0, isCancelled: false };
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      taken.bytes += 16_384;
      controller.enqueue(new Uint8Array(16_384));
    },
    cancel: () => void (taken.isCancelled = true),
  });
  return { stream, taken };
}

function post(contentType: string, body: BodyInit, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", headers: { "content-type": contentType, ...headers }, body };
}

async function trailerCode(answer: Response): Promise<number | undefined> {
  const last = decodeFrames(await answer.bytes())?.at(-1);
  return last?.isTrailer === true ? decodeTrailer(last.payload).code : undefined;
}

Deno.test("an endless body is cut off soon after the limit, with RESOURCE_EXHAUSTED", async () => {
  for (const path of RPCS) {
    const { stream, taken } = endless();
    const answer = await surfaces(report)(path, post("application/grpc-web", stream));
    assert.equal(await trailerCode(answer), 8, path);
    assert.ok(taken.bytes <= BODY_MAX_BYTES + 4 * 16_384, `${taken.bytes} bytes taken`);
    assert.ok(taken.isCancelled, path);
  }
  const { stream } = endless();
  const connect = await surfaces(report)(RPCS[0] ?? "", post("application/json", stream));
  assert.deepEqual([connect.status, (await connect.json()).code], [429, "resource_exhausted"]);
});

Deno.test("a body announced as too long is not read at all", async () => {
  const { stream, taken } = endless();
  const announced = { "content-length": String(10 * BODY_MAX_BYTES) };
  const answer = await surfaces(report)(RPCS[0] ?? "", post("application/grpc-web", stream, announced));
  assert.equal(await trailerCode(answer), 8);
  assert.ok(taken.bytes <= 16_384 && taken.isCancelled);
});

Deno.test("grpc-web-text bodies are limited too", async () => {
  const body = btoa("\0".repeat(BODY_MAX_BYTES));
  const answer = await surfaces(report)(RPCS[0] ?? "", post("application/grpc-web-text", body));
  assert.match(atob(await answer.text()), /grpc-status: 8/);
});

Deno.test("a body of the very limit is read", async () => {
  const { load, asked } = fixedLoad(report);
  const message = new Uint8Array(BODY_MAX_BYTES - 5);
  // Field 15, length-delimited: unknown, so skipped.
  message.set([0x7a, ...varint(message.length - 4)]);
  const answer = await surfaces(load)(RPCS[0] ?? "", post("application/grpc-web", encodeFrame(message)));
  assert.equal(await trailerCode(answer), 0);
  assert.equal(asked.length, 1);
});

Deno.test("malformed bodies get the codes that connect-es gives them", async () => {
  const check = RPCS[0] ?? "";
  const web: readonly (readonly [number[], number])[] = [
    [[], 12],
    [[0, 0, 0], 3],
    [[0, 0, 0, 0, 9, 1], 3],
    // gRPC servers call a message they cannot parse INTERNAL.
    [[0, 0, 0, 0, 2, 0x0a, 0x09], 13],
    [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 12],
    [[0, 255, 255, 255, 255], 8],
  ];
  for (const [bytes, code] of web) {
    const answer = await surfaces(report)(check, post("application/grpc-web", Uint8Array.from(bytes)));
    assert.equal(await trailerCode(answer), code, JSON.stringify(bytes));
  }
  const connect = [["application/json", "{"], ["application/json", '{"service":1}'], ["application/proto", "\n\t"]];
  for (const [type = "", body = ""] of connect) {
    const answer = await surfaces(report)(check, post(type, body));
    assert.deepEqual([answer.status, (await answer.json()).code], [400, "invalid_argument"], body);
  }
  for (const query of ["encoding=proto&base64=1&message=%7B", "encoding=json&message=%7B", "encoding=json"]) {
    const answer = await surfaces(report)(`${check}?connect=v1&${query}`);
    assert.deepEqual([answer.status, (await answer.json()).code], [400, "invalid_argument"], query);
  }
});

Deno.test("compression is declined, since none is offered", async () => {
  const gzip = { "grpc-encoding": "gzip" };
  const answer = await surfaces(report)(RPCS[0] ?? "", post("application/grpc-web", new Uint8Array(5), gzip));
  assert.equal(await trailerCode(answer), 12);
});

function varint(value: number): number[] {
  return [(value & 0x7f) | 0x80, ((value >> 7) & 0x7f) | 0x80, value >> 14];
}
