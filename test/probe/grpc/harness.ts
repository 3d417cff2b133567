import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { CallResult } from "../../../src/probe/grpc/call.ts";
import { createGrpcClient, type GrpcClient } from "../../../src/probe/grpc/client.ts";
import { createTestClock, type TestClock } from "../../support/test-clock.ts";
import { check, upstreamOf } from "./call.ts";
import { createMemoryPeer, type MemoryPeer, type PeerConnection } from "./memory-peer.ts";

/** A client whose peer a test plays. */
export interface Harness {
  readonly client: GrpcClient;
  readonly peer: MemoryPeer;
  readonly clock: TestClock;
  /** Let everything run that can without time passing. */
  settle(): Promise<void>;
  /** Begin a Check; the connection is there when it resolves. */
  begin(call?: Parameters<typeof check>[0]): Promise<Begun>;
}

/** A call under way. */
export interface Begun {
  readonly result: Promise<CallResult>;
  /** The connection dialled last. */
  readonly connection: PeerConnection;
}

/** How long a connection may be idle here, in milliseconds. */
const IDLE_MAX_MS = 60_000;

/** Create one; its client is closed by the caller. */
export function createHarness(peer: MemoryPeer = createMemoryPeer()): Harness {
  const clock = createTestClock();
  const client = createGrpcClient({ dial: peer.dial, idleMaxMs: IDLE_MAX_MS, clock });
  const settle = async () => {
    for (let turn = 0; turn < 3; turn++) await setImmediate();
  };
  return {
    client,
    peer,
    clock,
    settle,
    async begin(call) {
      const result = client.unary(upstreamOf("grpc://a.example:50051"), check(call));
      result.catch(() => {}); // A test looks at it later.
      await settle();
      const connection = peer.connections.at(-1);
      assert.ok(connection);
      return { result, connection };
    },
  };
}

/** How a call ended, in a word. */
export function brief(result: CallResult): string {
  if (result.kind === "fault") return `${result.failure}: ${result.message}`;
  if (result.kind === "reset") return `code ${result.code}: ${result.message}`;
  return `HTTP ${result.httpStatus}, ${result.body.length} bytes, grpc-status ${result.trailers.get("grpc-status")}`;
}
