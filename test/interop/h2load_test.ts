import assert from "node:assert/strict";
import { h2load, hasH2load, killedH2load } from "../../bench/lab/h2load.ts";
import { brief } from "../probe/answers.ts";
import { patient, targetOf } from "../probe/target.ts";
import { createTestProber } from "../support/prober.ts";
import { startOnDeno } from "../support/rollcall-deno.ts";
import { startUpstream } from "../support/upstream.ts";

/** The frame of SERVING: a prefix of five bytes and two of message. */
const ANSWER_BYTES = 7;

const isHere = await hasH2load();

Deno.test({
  name:
    "native gRPC under h2load: every Check is answered while callers come, go and are killed, and the process lives",
  ignore: !isHere && Deno.env.get("CI") !== "true",
  fn: async () => {
    await using upstream = await startUpstream();
    const ages = { TTL_MS: "300000", STALE_MS: "310000" };
    await using rollcall = await startOnDeno({
      upstreams: [{ name: "a", url: upstream.url }],
      vars: ages,
      isDirect: true,
    });
    const port = Number(new URL(`http://${rollcall.grpc}`).port);
    // Not a client of node:http2, which ends its process as a server of it does when the other side says GOAWAY.
    const target = targetOf({ url: `grpc://127.0.0.1:${port}`, protocol: "grpc" }, "a");
    // Few connections and many, for it is when they end that Deno is at risk.
    for (const [calls, connections] of [[20_000, 32], [8_000, 200], [8_000, 200]] as const) {
      const counted = h2load({ port, calls, connections, streams: 16 });
      await killedH2load({ port, calls, connections: 32, streams: 16 }, counted);
      const { succeeded, bodyBytes } = await counted;
      assert.deepEqual([succeeded, bodyBytes], [calls, calls * ANSWER_BYTES]);
      assert.equal(brief(await createTestProber().probe(target, patient())), "SERVING");
    }
    assert.equal(await rollcall.terminate(), 0);
  },
});
