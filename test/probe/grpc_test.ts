import assert from "node:assert/strict";
import { askGrpc } from "../../src/probe/grpc.ts";
import { ERROR_CODE, FLAG } from "../../src/probe/grpc/protocol.ts";
import { CHECK } from "../../src/probe/health-method.ts";
import { createDenoNetwork } from "../../src/probe/network/deno.ts";
import { createHarness } from "./grpc/harness.ts";
import { answer, join, OK_HEAD, OK_TRAILERS, say, SERVING } from "./grpc/memory-peer.ts";
import { patient, targetOf } from "./target.ts";

/** What a probe makes of a peer that says this after its SETTINGS. */
async function verdictOf(bytes: Uint8Array): Promise<string> {
  const { client, peer, settle } = createHarness();
  const target = targetOf({ url: "grpc://a.example:1", protocol: "grpc" });
  const asking = { target, ...patient(), isFresh: false, hops: 0, network: createDenoNetwork(), grpc: client };
  const asked = askGrpc(asking, CHECK);
  await settle();
  peer.connections[0]?.send(say.settings(), bytes);
  const verdict = await asked;
  client.close();
  if (verdict.kind === "not-attempted") return verdict.kind;
  const cause = verdict.kind === "failed" ? verdict.failure : verdict.reason ?? "";
  const status = verdict.kind === "failed" ? "failed" : verdict.status;
  return [status, cause, verdict.isFramed ? "framed" : ""].filter((word) => word !== "").join(" ");
}

const CASES: readonly (readonly [name: string, bytes: Uint8Array, expect: string])[] = [
  ["a good answer", answer(1), "SERVING framed"],
  [
    "a trailers-only refusal",
    say.headers(1, { ...OK_HEAD, "grpc-status": "16" }, FLAG.END_STREAM),
    "UNKNOWN probe_denied framed",
  ],
  ["a bare HTTP 503", say.headers(1, { ":status": "503" }, FLAG.END_STREAM), "failed unavailable"],
  ["no trailers", join(say.headers(1, OK_HEAD), say.data(1, SERVING, FLAG.END_STREAM)), "failed protocol_mismatch"],
  [
    "two messages",
    join(
      say.headers(1, OK_HEAD),
      say.data(1, join(SERVING, SERVING)),
      say.headers(1, OK_TRAILERS, FLAG.END_STREAM),
    ),
    "failed protocol_mismatch",
  ],
  ["REFUSED_STREAM", say.reset(1, ERROR_CODE.REFUSED_STREAM), "failed unavailable"],
  ["CANCEL", say.reset(1, ERROR_CODE.CANCEL), "failed rpc_error"],
  ["INTERNAL_ERROR", say.reset(1, ERROR_CODE.INTERNAL_ERROR), "failed rpc_error"],
  ["ENHANCE_YOUR_CALM", say.reset(1, ERROR_CODE.ENHANCE_YOUR_CALM), "failed overloaded"],
  ["INADEQUATE_SECURITY", say.reset(1, ERROR_CODE.INADEQUATE_SECURITY), "UNKNOWN probe_denied"],
  ["HTTP_1_1_REQUIRED", say.reset(1, ERROR_CODE.HTTP_1_1_REQUIRED), "failed protocol_mismatch"],
  ["GOAWAY", say.goaway(0, ERROR_CODE.NO_ERROR), "failed unavailable"],
];

for (const [name, bytes, expect] of CASES) {
  Deno.test(`askGrpc() takes ${name} for ${expect}`, async () => {
    assert.equal(await verdictOf(bytes), expect);
  });
}
