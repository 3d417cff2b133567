import assert from "node:assert/strict";
import type { Upstream } from "../../src/core/registry.ts";
import { createTestProber } from "../support/prober.ts";
import { startFaultServer } from "../support/fault-server.ts";
import { type Answer, brief, connectAnswers, GRPC_WEB_ANSWERS, rawAnswer } from "./answers.ts";
import { patient, targetOf } from "./target.ts";

const TABLES: readonly (readonly [title: string, upstream: Partial<Upstream>, answers: readonly Answer[]])[] = [
  ["gRPC-web", { protocol: "grpc-web" }, GRPC_WEB_ANSWERS],
  ["Connect in proto", { protocol: "connect", codec: "proto" }, connectAnswers("proto")],
  ["Connect in JSON", { protocol: "connect", codec: "json" }, connectAnswers("json")],
];

for (const [title, upstream, answers] of TABLES) {
  Deno.test(`probe() judges each answer as the table says when the upstream speaks ${title}`, async (t) => {
    const server = await startFaultServer({});
    for (const answer of answers) {
      await t.step(`${answer.name}: ${answer.expect}`, async () => {
        server.setFault({ send: rawAnswer(answer) });
        const outcome = await createTestProber().probe(targetOf({ ...upstream, url: server.url }), patient());
        assert.equal(brief(outcome), answer.expect, JSON.stringify(outcome));
      });
    }
    await server.idle();
    await server.close();
  });
}
