import assert from "node:assert/strict";
import { dryRun } from "../../src/surface/dry-run.ts";
import { decodeFrames, decodeTrailer } from "../../src/wire/grpc-web.ts";
import { jinaClients } from "../support/clients.ts";
import { answered, failed, reportOn } from "../support/reports.ts";
import { READ_TOKEN, surfaces } from "../support/surfaces.ts";

const PATH = "/jina.JinaGatewayDryRunRPC/dry_run";
const up = reportOn([{ name: "checkout", state: answered("SERVING") }]);
const down = reportOn([{ name: "checkout", state: failed("unavailable", "refused") }]);

async function frames(answer: Response) {
  const [message, trailer] = decodeFrames(await answer.bytes()) ?? [];
  assert.ok(message && trailer);
  return { message: message.payload, status: decodeTrailer(trailer.payload).code };
}

function webCall(headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", headers: { "content-type": "application/grpc-web", ...headers }, body: new Uint8Array(5) };
}

Deno.test("J5: dry_run by gRPC-web is the empty message when all serve", async () => {
  const { message, status } = await frames(await surfaces(up)(PATH, webCall()));
  assert.deepEqual([message.length, status], [0, 0]);
});

Deno.test("J5: dry_run by gRPC-web carries a failure in its message, and the RPC is OK all the same", async () => {
  const { message, status } = await frames(await surfaces(down)(PATH, webCall()));
  assert.deepEqual([message[0], message[1], status], [0x08, 0x01, 0]);
});

Deno.test("dry_run answers the same over HTTP and in every RPC protocol", async () => {
  for (const report of [up, down]) {
    for (const isTrusted of [false, true]) {
      const ask = surfaces(report);
      const headers: HeadersInit = isTrusted ? { authorization: `Bearer ${READ_TOKEN}` } : {};
      const http = await (await ask("/dry_run", { headers })).json();
      assert.deepEqual(http, dryRun(report, isTrusted));
      for (const [protocol, client] of jinaClients(ask)) {
        const { code, description, exception } = await client.dry_run({}, { headers });
        assert.deepEqual([code, description], [http.code, http.description], protocol);
        assert.deepEqual(exception?.args ?? null, http.exception?.args ?? null, protocol);
        assert.deepEqual(exception?.stacks ?? null, http.exception?.stacks ?? null, protocol);
        assert.equal(exception?.name ?? null, http.exception?.name ?? null, protocol);
      }
    }
  }
});
