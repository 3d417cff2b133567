import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { decodeFrames } from "../../../src/wire/grpc-web.ts";
import type { StartRollcall } from "../../support/rollcall.ts";
import { startUpstream } from "../../support/upstream.ts";

const CHECK = "/grpc.health.v1.Health/Check";

/** Requests that no proper client sends: each gets its own proper refusal, and the next request a proper answer. */
export function malformedSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: malformed requests`, async (t) => {
    await using upstream = await startUpstream();
    await using rollcall = await start({ upstreams: [{ name: "a", url: upstream.url }] });
    const post = (contentType: string, body: BodyInit, headers: Record<string, string> = {}) =>
      fetch(rollcall.url + CHECK, { method: "POST", headers: { "content-type": contentType, ...headers }, body });

    await t.step("native gRPC is 415, and is told the alternatives", async () => {
      const response = await post("application/grpc", new Uint8Array(5), { te: "trailers" });
      assert.equal(response.status, 415);
      assert.equal(response.headers.get("grpc-status"), "12");
      assert.match((await response.json()).error, /application\/grpc-web.*application\/json.*\/dry_run/);
    });

    await t.step("a content type of no protocol is 415", async () => {
      const response = await post("text/plain", "hello");
      assert.equal(response.status, 415);
      await response.body?.cancel();
    });

    await t.step("a body that is too long is resource_exhausted, in the caller's protocol", async () => {
      const long = new Uint8Array(70_000);
      const connect = await post("application/proto", long);
      assert.equal(connect.status, 429);
      assert.equal((await connect.json()).code, "resource_exhausted");
      assert.equal(await grpcStatus(await post("application/grpc-web+proto", long)), "8");
    });

    await t.step("a body that cannot be read is invalid_argument, in the caller's protocol", async () => {
      const json = await post("application/json", "{");
      assert.equal(json.status, 400);
      assert.equal((await json.json()).code, "invalid_argument");
      const text = await post("application/grpc-web-text", "no base64!");
      const bytes = new Uint8Array(Buffer.from(await text.text(), "base64"));
      assert.match(trailerText(bytes), /grpc-status: ?3/i);
    });

    await t.step("a timeout that cannot be read is 400, and names the field", async () => {
      const response = await fetch(`${rollcall.url}/dry_run?timeout=soon`);
      assert.equal(response.status, 400);
      assert.match((await response.json()).error, /timeout "soon"/);
    });

    await t.step("the next request is answered as ever", async () => {
      const response = await post("application/json", "{}");
      assert.deepEqual(await response.json(), { status: "SERVING" });
    });
  });
}

/** In a header for a trailers-only answer, else in the trailer frame. */
async function grpcStatus(response: Response): Promise<string | undefined> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  return response.headers.get("grpc-status") ?? /grpc-status: ?(\d+)/i.exec(trailerText(bytes))?.[1];
}

function trailerText(bytes: Uint8Array): string {
  const trailer = decodeFrames(bytes)?.find((frame) => frame.isTrailer);
  return new TextDecoder().decode(trailer?.payload);
}
