import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../src/clock.ts";
import type { Upstream } from "../../src/core/registry.ts";
import type { ProbeOutcome } from "../../src/core/observation.ts";
import { createDenoNetwork } from "../../src/probe/network/deno.ts";
import { createWatcher } from "../../src/probe/watch.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { createTestProber } from "../support/prober.ts";
import { startWorkerProber } from "../support/worker-prober.ts";
import { brief } from "./answers.ts";
import { DEFAULT_CHECK } from "./http-cases.ts";
import { patient, targetOf } from "./target.ts";

/** Every way of asking that could be sent elsewhere by HTTP/1.1. */
const WAYS: readonly (Partial<Upstream> & { readonly scheme: "http" | "ws" })[] = [
  { scheme: "http", protocol: "auto" },
  { scheme: "http", protocol: "grpc-web" },
  { scheme: "http", protocol: "connect" },
  { scheme: "http", protocol: "connect", codec: "json" },
  { scheme: "http", protocol: "http" },
  { scheme: "http", protocol: "http", http: { ...DEFAULT_CHECK, method: "HEAD" } },
  { scheme: "http", protocol: "http", http: { ...DEFAULT_CHECK, statuses: [{ from: 200, to: 399 }] } },
  { scheme: "http", protocol: "jina", kind: "flow" },
  { scheme: "http", protocol: "jina", kind: "executor" },
  { scheme: "ws", protocol: "jina", kind: "flow" },
];

const STATUSES = [300, 301, 302, 303, 305, 307, 308];

/** What says that the answer is elsewhere, with the second server for `*`. */
const POINTERS = [
  "location: http://*/dry_run",
  "location: //*/dry_run",
  "location: http://u:p@*",
  "refresh: 0; url=http://*/",
  'alt-svc: h2="*"; ma=60',
  "content-location: http://*/",
];

/** Probe every way, status and pointer; nobody may come to the second server, nor a second time to the first. */
async function askAll(probe: (upstream: Partial<Upstream>) => Promise<ProbeOutcome>): Promise<void> {
  await using second = await startFaultServer({ send: "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}" });
  for (const { scheme, ...way } of WAYS) {
    for (const status of STATUSES) {
      for (const pointer of POINTERS) {
        await using first = await startRedirector(status, pointer.replace("*", `127.0.0.1:${second.port}`));
        const outcome = await probe({ http: DEFAULT_CHECK, ...way, url: `${scheme}://127.0.0.1:${first.port}` });
        const what = `${scheme} ${way.protocol} ${status} ${pointer}`;
        // An operator may take a 3xx for an answer; it is not followed all the same.
        const isTaken = way.http?.statuses[0]?.to === 399;
        assert.equal(brief(outcome), isTaken ? "SERVING" : "failed protocol_mismatch", what);
        if (way.protocol !== "auto") assert.equal(first.requests().length, 1, what);
      }
    }
  }
  assert.equal(second.connections(), 0);
}

Deno.test("no probe follows a redirect, by any way of HTTP or in a WebSocket's handshake, on Deno", async () => {
  const prober = createTestProber();
  await askAll((upstream) => prober.probe(targetOf(upstream), patient()));
});

Deno.test("native gRPC follows no redirect", async () => {
  await using second = await startFaultServer({ send: "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}" });
  let streams = 0;
  const first = createServer((_, response) => {
    streams++;
    response.writeHead(307, { location: `http://127.0.0.1:${second.port}/` }).end();
  });
  first.listen(0, "127.0.0.1");
  await once(first, "listening");
  const url = `grpc://127.0.0.1:${(first.address() as AddressInfo).port}`;
  const outcome = await createTestProber().probe(targetOf({ protocol: "grpc", url }), patient());
  assert.equal(brief(outcome), "failed protocol_mismatch");
  first.close();
  await once(first, "close");
  assert.deepEqual([streams, second.connections()], [1, 0]);
});

Deno.test("no Watch stream follows a redirect", async () => {
  await using second = await startFaultServer({ send: "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}" });
  const network = createDenoNetwork();
  const watcher = createWatcher({ clock: systemClock, network });
  for (const protocol of ["grpc-web", "connect"] as const) {
    for (const status of STATUSES) {
      await using first = await startRedirector(status, `location: http://127.0.0.1:${second.port}/`);
      const target = targetOf({ protocol, url: `http://127.0.0.1:${first.port}` });
      const onStatus = () => assert.fail("nobody said anything");
      assert.equal(await watcher.watch(target, { signal: patient().signal, onStatus }), "ended");
      assert.equal(first.requests().length, 1);
    }
  }
  network.close();
  assert.equal(second.connections(), 0);
});

Deno.test({
  name: "no probe follows a redirect, by any way of HTTP or in a WebSocket's handshake, on workerd",
  // workerd is a process of its own, which the sanitizers take for a leak.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using prober = await startWorkerProber();
    await askAll((upstream) => prober.probe(targetOf(upstream)));
  },
});

/** A server that sends everybody elsewhere. */
async function startRedirector(status: number, pointer: string): Promise<FaultServer> {
  return await startFaultServer({
    send: `HTTP/1.1 ${status} Elsewhere\r\n${pointer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
  });
}
