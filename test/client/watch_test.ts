import assert from "node:assert/strict";
import { watch } from "../../src/client/watch.ts";
import { encodeFrame, encodeTrailer } from "../../src/wire/grpc-web.ts";
import { WIRE_STATUS } from "../../src/wire/health.ts";
import { createTestClock } from "../support/test-clock.ts";

const STARTED_MS = 1_000_000_000;

/** What one attempt meets: statuses, and how the stream ends after them. */
type Attempt = {
  readonly says?: readonly (keyof typeof WIRE_STATUS)[];
  readonly ends: "OK" | "hangs" | "refused" | number;
};

/** Follow through these attempts, the last of which goes on for ever; gives statuses, and when each attempt began, in ms. */
function follow(attempts: readonly Attempt[]) {
  const clock = createTestClock(STARTED_MS);
  const begunMs: number[] = [];
  const stop = new AbortController();
  const fetch = (_url: string, { signal }: RequestInit): Promise<Response> => {
    const attempt = attempts[Math.min(begunMs.push(clock.nowMs() - STARTED_MS), attempts.length) - 1];
    return attempt === undefined || attempt.ends === "refused"
      ? Promise.reject(new TypeError("refused"))
      : Promise.resolve(streamOf(attempt, signal));
  };
  const endpoint = { url: "http://rollcall.test", fetch, headers: {}, timeoutMs: 5_000, clock };
  const statuses = watch(endpoint, "", { signal: stop.signal, random: () => 0.5 });
  return { clock, begunMs, stop, statuses };
}

function streamOf({ says = [], ends }: Attempt, signal: AbortSignal | null | undefined): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const status of says) controller.enqueue(encodeFrame(new Uint8Array([8, WIRE_STATUS[status]])));
      signal?.addEventListener("abort", () => ends === "hangs" && controller.error(new Error("aborted")));
      if (ends === "hangs") return;
      controller.enqueue(encodeTrailer(ends === "OK" ? 0 : Number(ends)));
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "application/grpc-web" } });
}

/** The next status, time moving on as far as it takes. */
async function next({ clock, statuses }: ReturnType<typeof follow>): Promise<string> {
  const { value, done } = await clock.until(statuses.next(), 600_000);
  return done ? "end" : String(value);
}

async function nexts(following: ReturnType<typeof follow>, count: number): Promise<string[]> {
  const seen: string[] = [];
  while (seen.length < count) seen.push(await next(following));
  await following.statuses.return();
  assert.equal(following.clock.sleepers(), 0);
  return seen;
}

Deno.test("watch() tells changes only, across streams that end", async () => {
  const following = follow([
    { says: ["SERVING"], ends: "OK" },
    { says: ["SERVING", "NOT_SERVING"], ends: "OK" },
    { says: ["NOT_SERVING", "SERVICE_UNKNOWN"], ends: "hangs" },
  ]);
  assert.deepEqual(await nexts(following, 3), ["SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"]);
  assert.deepEqual(following.begunMs, [0, 1_000, 2_000]);
});

Deno.test("watch() tells UNKNOWN when two attempts in a row bring nothing, and asks ever more seldom", async () => {
  const refused = { ends: "refused" } as const;
  const following = follow([{ says: ["SERVING"], ends: 14 }, refused, refused, refused, {
    says: ["SERVING"],
    ends: "hangs",
  }]);
  assert.deepEqual(await nexts(following, 3), ["SERVING", "UNKNOWN", "SERVING"]);
  assert.deepEqual(following.begunMs.map(Math.round), [0, 1_000, 2_600, 5_160, 9_256]);
});

Deno.test("watch() does not tell UNKNOWN of one lost connection", async () => {
  const following = follow([{ says: ["SERVING"], ends: "OK" }, { ends: "refused" }, {
    says: ["NOT_SERVING"],
    ends: "hangs",
  }]);
  assert.deepEqual(await nexts(following, 2), ["SERVING", "NOT_SERVING"]);
});

Deno.test("watch() gives a stream up that is silent: 5 s at first, 240 s once it has spoken", async () => {
  const following = follow([{ ends: "hangs" }, { says: ["SERVING"], ends: "hangs" }, {
    says: ["NOT_SERVING"],
    ends: "hangs",
  }]);
  assert.deepEqual(await nexts(following, 2), ["SERVING", "NOT_SERVING"]);
  assert.deepEqual(following.begunMs, [0, 5_000, 245_000]);
});

for (const [code, name] of [[3, "invalid_argument"], [7, "permission_denied"], [12, "unimplemented"]] as const) {
  Deno.test(`watch() throws ${name} of the first stream, and takes it for an accident once it has heard`, async () => {
    const hopeless = follow([{ ends: code }]);
    await assert.rejects(hopeless.statuses.next(), { code: name });
    const accident = follow([{ says: ["SERVING"], ends: code }, { ends: code }, { says: ["UNKNOWN"], ends: "hangs" }]);
    assert.deepEqual(await nexts(accident, 2), ["SERVING", "UNKNOWN"]);
  });
}

Deno.test("watch() ends, without an error or a timer, when the signal aborts: while it listens or between two streams", async () => {
  const listening = follow([{ says: ["SERVING"], ends: "hangs" }]);
  assert.equal(await next(listening), "SERVING");
  const pending = listening.statuses.next();
  listening.stop.abort();
  assert.deepEqual(await pending, { value: undefined, done: true });
  assert.equal(listening.clock.sleepers(), 0);

  const waiting = follow([{ ends: "refused" }]);
  const never = waiting.statuses.next();
  await waiting.clock.advance(500);
  waiting.stop.abort();
  assert.deepEqual(await never, { value: undefined, done: true });
  assert.equal(waiting.clock.sleepers(), 0);
});
