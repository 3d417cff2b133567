import assert from "node:assert/strict";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import type { Upstream as Registered } from "../../src/core/registry.ts";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { createTestProber } from "../support/prober.ts";
import { startUpstream, type Upstream, type UpstreamOptions, type UpstreamStatus } from "../support/upstream.ts";
import { brief } from "./answers.ts";
import { patient, targetOf } from "./target.ts";

const WAYS: Readonly<Record<string, Partial<Registered>>> = {
  "gRPC-web": { protocol: "grpc-web" },
  "Connect in proto": { protocol: "connect", codec: "proto" },
  "Connect in JSON": { protocol: "connect", codec: "json" },
};

const STATUSES: readonly (readonly [status: UpstreamStatus, expect: string])[] = [
  ["SERVING", "SERVING"],
  ["NOT_SERVING", "NOT_SERVING"],
  ["UNKNOWN", "UNKNOWN status_unknown"],
  ["SERVICE_UNKNOWN", "NOT_SERVING service_not_registered"],
  [99, "UNKNOWN status_unknown"],
];

const ERRORS: readonly (readonly [code: Code, expect: string])[] = [
  [Code.NotFound, "NOT_SERVING service_not_registered"],
  [Code.Unimplemented, "UNKNOWN health_unimplemented"],
  [Code.Unauthenticated, "UNKNOWN probe_denied"],
  [Code.PermissionDenied, "UNKNOWN probe_denied"],
  [Code.ResourceExhausted, "failed overloaded"],
  [Code.DeadlineExceeded, "failed timeout"],
  [Code.Unavailable, "failed unavailable"],
  [Code.Internal, "failed rpc_error"],
];

for (const [way, registered] of Object.entries(WAYS)) {
  Deno.test(`probe() reads each status of connect-node over ${way}`, () =>
    withUpstream({}, async (upstream) => {
      for (const [status, expect] of STATUSES) {
        upstream.setStatus("acme.Shop", status);
        assert.equal(await briefProbe(upstream, registered, "acme.Shop"), expect);
      }
      assert.equal(await briefProbe(upstream, registered, ""), "SERVING");
      assert.equal(upstream.requests(), STATUSES.length + 1);
    }));

  Deno.test(`P10: probe() of an unknown name is as of SERVICE_UNKNOWN over ${way}`, () =>
    withUpstream({ services: { "": "SERVING", gone: "SERVICE_UNKNOWN" } }, async (upstream) => {
      assert.equal(await briefProbe(upstream, registered, "nope"), "NOT_SERVING service_not_registered");
      assert.equal(await briefProbe(upstream, registered, "gone"), "NOT_SERVING service_not_registered");
    }));

  Deno.test(`probe() reads each error of connect-node over ${way}`, async () => {
    for (const [code, expect] of ERRORS) {
      const handler = () => {
        throw new ConnectError("so it is ✓", code);
      };
      await withUpstream({ handler }, async (upstream) => {
        const outcome = await createTestProber().probe(
          targetOf({ ...registered, url: upstream.url }),
          patient(),
        );
        assert.equal(brief(outcome), expect);
        assert.match(outcome.message ?? "", /so it is ✓$/);
      });
    }
  });

  Deno.test(`G3: probe() is a failure when the upstream's handler throws, over ${way}`, () => {
    const handler = () => {
      throw new Error("secret detail");
    };
    return withUpstream({ handler }, async (upstream) => {
      assert.equal(await briefProbe(upstream, registered, ""), "failed rpc_error");
    });
  });

  Deno.test(`P9: probe() of a server without the health service over ${way}`, () =>
    withUpstream({}, async (upstream) => {
      const elsewhere = { ...registered, url: `${upstream.url}/elsewhere` };
      assert.equal(
        brief(await createTestProber().probe(targetOf(elsewhere), patient())),
        "UNKNOWN health_unimplemented",
      );
    }));

  Deno.test(`probe() is a timeout when the upstream keeps the deadline it was sent, over ${way}`, () =>
    withUpstream({ handler: untilDeadline }, async (upstream) => {
      const options = { timeoutMs: 20, signal: new AbortController().signal };
      const outcome = await createTestProber().probe(targetOf({ ...registered, url: upstream.url }), options);
      assert.equal(brief(outcome), "failed timeout");
    }));

  Deno.test(`probe() sees an upstream die and come back on its port over ${way}`, async () => {
    const first = await startUpstream();
    assert.equal(await briefProbe(first, registered, ""), "SERVING");
    await first.close();
    assert.equal(await briefProbe(first, registered, ""), "failed unavailable");
    await withUpstream({ port: first.port }, async (second) => {
      assert.equal(await briefProbe(second, registered, ""), "SERVING");
    });
  });
}

Deno.test("startUpstream() lists and watches, for the suites that use it", () =>
  withUpstream({ services: { "": "SERVING" } }, async (upstream) => {
    const client = createClient(Health, createConnectTransport({ baseUrl: upstream.url, fetch: manualFetch }));
    assert.deepEqual(Object.keys((await client.list({})).statuses), [""]);
    const seen: number[] = [];
    for await (const { status } of client.watch({ service: "late" })) {
      seen.push(status);
      if (status === 3) upstream.setStatus("late", "NOT_SERVING");
      if (status === 2) upstream.setStatus("late", undefined);
      if (seen.length === 3) break;
    }
    assert.deepEqual(seen, [3, 2, 3]);
  }));

async function withUpstream(options: UpstreamOptions, use: (upstream: Upstream) => Promise<void>): Promise<void> {
  const upstream = await startUpstream(options);
  try {
    await use(upstream);
  } finally {
    await upstream.close();
  }
}

async function briefProbe(upstream: Upstream, registered: Partial<Registered>, service: string): Promise<string> {
  return brief(
    await createTestProber().probe(targetOf({ ...registered, url: upstream.url }, service), patient()),
  );
}

/** Rejects when the deadline that the request carries has passed, as a handler that honours it does. */
function untilDeadline(_service: string, { signal }: { readonly signal: AbortSignal }): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

function manualFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  return fetch(input, { ...init, redirect: "manual" });
}
