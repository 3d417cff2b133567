import assert from "node:assert/strict";
import { type Client, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import fc from "fast-check";
import type { Upstream } from "../../src/core/registry.ts";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { createTestProber } from "../support/prober.ts";
import { grpcVerdict, servingVerdict } from "../../src/probe/verdict.ts";
import { encodeFrame, encodeTrailer } from "../../src/wire/grpc-web.ts";
import { type Answer, brief, connectAnswers, GRPC_WEB_ANSWERS, responseOf } from "./answers.ts";
import { patient, targetOf } from "./target.ts";

// The reference is connect-es's own client, its outcome judged by the same table: an answer by its serving status, a
// ConnectError by its code. Whatever is not listed below must come out the same.

/** connect-es has no code for "this is not the protocol": it says unknown, internal or invalid_argument. The status is the same. */
const SAME_BUT_IN_KIND = { ours: "failed protocol_mismatch", theirs: "failed rpc_error" };

interface Difference {
  readonly reason: string;
  /** What connect-es makes of it. */
  readonly theirs: string;
  readonly names: readonly string[];
}

const DIFFERENCES: readonly Difference[] = [
  {
    reason: "connect-es knows few HTTP statuses: the rest are code unknown",
    theirs: "failed rpc_error",
    names: [500, 501, 520, 521, 522, 523, 524, 525, 526, 530].map((status) => `HTTP ${status}`),
  },
  {
    reason: "connect-es says unavailable of HTTP 429 and 504; we keep overload and timeout apart",
    theirs: "failed unavailable",
    names: ["HTTP 429", "HTTP 504"],
  },
  {
    reason:
      "OK without a message is an upstream that does not say: connect-es calls it unimplemented, as if it had no service",
    theirs: "UNKNOWN health_unimplemented",
    names: ["P8: OK without a message", "P8: OK in the headers, without a body"],
  },
  {
    reason: "a proxy may move the trailers of a unary answer into its headers: status and message are both there",
    theirs: "UNKNOWN health_unimplemented",
    names: ["a message with its status in the headers"],
  },
  {
    reason: "two messages are a broken answer, not a missing service",
    theirs: "UNKNOWN health_unimplemented",
    names: ["G2: two messages"],
  },
  {
    reason: "of two statuses connect-es reads the first; that they differ says the answer is broken",
    theirs: "failed unavailable",
    names: ["G2: two statuses in the trailer"],
  },
  {
    reason: "connect-es is lenient in what no proper server sends; a probe must not call that healthy",
    theirs: "SERVING",
    names: ["G2: a message after the trailer", "G2: an unknown flag", "the content type of native gRPC"],
  },
  {
    reason: "an error body that is not JSON hides the HTTP status in connect-es",
    theirs: "failed rpc_error",
    names: ["an error of broken JSON"],
  },
  {
    reason: "we read 64 KiB, connect-es all there is",
    theirs: "NOT_SERVING service_not_registered",
    names: ["an error over 64 KiB"],
  },
  {
    reason: "a redirect comes before any body, for nobody vouches for what a redirector says",
    theirs: "failed unavailable",
    names: ["a redirect before its error"],
  },
];

interface Table {
  readonly title: string;
  readonly upstream: Partial<Upstream>;
  readonly answers: readonly Answer[];
  readonly client: (response: Response) => Client<typeof Health>;
}

const TABLES: readonly Table[] = [
  { title: "gRPC-web", upstream: { protocol: "grpc-web" }, answers: GRPC_WEB_ANSWERS, client: grpcWebClient },
  {
    title: "Connect in proto",
    upstream: { protocol: "connect", codec: "proto" },
    answers: connectAnswers("proto"),
    client: (response) => connectClient(response, true),
  },
  {
    title: "Connect in JSON",
    upstream: { protocol: "connect", codec: "json" },
    answers: connectAnswers("json"),
    client: (response) => connectClient(response, false),
  },
];

for (const { title, upstream, answers, client } of TABLES) {
  Deno.test(`probe() judges ${title} as connect-es does, but for the differences listed`, async () => {
    for (const answer of answers) {
      const ours = await ourVerdict(upstream, responseOf(answer));
      const theirs = await theirVerdict(client(responseOf(answer)));
      const difference = DIFFERENCES.find(({ names }) => names.includes(answer.name));
      if (difference !== undefined) {
        assert.notEqual(ours, theirs, `${answer.name}: no difference any more`);
        assert.equal(theirs, difference.theirs, `${answer.name}: ${difference.reason}`);
      } else if (ours !== SAME_BUT_IN_KIND.ours || theirs !== SAME_BUT_IN_KIND.theirs) {
        assert.equal(ours, theirs, answer.name);
      }
    }
  });
}

Deno.test("every listed difference is an answer of the tables", () => {
  const names = new Set(TABLES.flatMap(({ answers }) => answers.map(({ name }) => name)));
  for (const name of DIFFERENCES.flatMap((difference) => difference.names)) assert.ok(names.has(name), name);
});

Deno.test("probe() calls random gRPC-web bodies SERVING only when connect-es does", async () => {
  let serving = 0;
  await fc.assert(
    fc.asyncProperty(anyBody(), async (body) => {
      const answer = { name: "", headers: { "content-type": "application/grpc-web" }, body, expect: "" };
      const ours = await ourVerdict({ protocol: "grpc-web" }, responseOf(answer));
      if (ours !== "SERVING") return;
      serving++;
      assert.equal(await theirVerdict(grpcWebClient(responseOf(answer))), "SERVING");
    }),
    { numRuns: 2_000 },
  );
  assert.ok(serving > 100, "the law was never put to the test");
});

/** Frames in any order and number, some with a byte changed or cut off. */
function anyBody(): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const frame = fc.oneof(
    fc.constantFrom([8, 1], [8, 2], [], [8, 1, 8, 1]).map((message) => encodeFrame(new Uint8Array(message))),
    fc.constantFrom(0, 0, 0, 5, 14).map((code) => encodeTrailer(code, "why")),
    fc.uint8Array({ maxLength: 4 }).map((bytes) => encodeFrame(bytes)),
  );
  const good = fc.constant([encodeFrame(new Uint8Array([8, 1])), encodeTrailer(0)]);
  const frames = fc.oneof(
    good,
    fc.array(frame, { maxLength: 3 }),
    fc.tuple(good, fc.array(frame, { maxLength: 2 })).map((all) => all.flat()),
  );
  const change = fc.option(fc.tuple(fc.nat(30), fc.nat(255)), { freq: 2 });
  return fc.tuple(frames, change, fc.option(fc.nat(30), { freq: 4 })).map(([frames, change, cut]) => {
    const body = frames.flatMap((bytes) => [...bytes]);
    if (change !== null && change[0] < body.length) body[change[0]] = change[1];
    return new Uint8Array(cut === null ? body : body.slice(0, cut));
  });
}

async function ourVerdict(upstream: Partial<Upstream>, response: Response): Promise<string> {
  return brief(
    await createTestProber({ fetch: () => Promise.resolve(response) }).probe(
      targetOf(upstream),
      patient(),
    ),
  );
}

async function theirVerdict(client: Client<typeof Health>): Promise<string> {
  try {
    return brief(servingVerdict((await client.check({})).status));
  } catch (error) {
    const { code, rawMessage } = ConnectError.from(error);
    return brief(grpcVerdict(code, rawMessage));
  }
}

// Given an answer there is nothing to follow, so the redirect mode that workerd refuses does not matter here.
function grpcWebClient(response: Response): Client<typeof Health> {
  return createClient(Health, createGrpcWebTransport({ baseUrl: "http://a", fetch: () => Promise.resolve(response) }));
}

function connectClient(response: Response, useBinaryFormat: boolean): Client<typeof Health> {
  const fetch = () => Promise.resolve(response);
  return createClient(Health, createConnectTransport({ baseUrl: "http://a", useBinaryFormat, fetch }));
}
