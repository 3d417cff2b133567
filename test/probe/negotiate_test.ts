import assert from "node:assert/strict";
import fc from "fast-check";
import { type Known, NOTHING_KNOWN } from "../../src/core/known.ts";
import type { Negotiation } from "../../src/core/observation.ts";
import { type Protocol, PROTOCOLS } from "../../src/core/registry.ts";
import { negotiate } from "../../src/probe/negotiate.ts";
import type { Verdict } from "../../src/probe/verdict.ts";
import { createTestClock } from "../support/test-clock.ts";
import { brief } from "./answers.ts";
import { targetOf } from "./target.ts";

const SERVES: Verdict = { kind: "answered", status: "SERVING", isFramed: true };
const NOT_FOUND: Verdict = { kind: "answered", status: "UNKNOWN", reason: "health_unimplemented", message: "HTTP 404" };
const DENIED: Verdict = { kind: "answered", status: "UNKNOWN", reason: "probe_denied", message: "HTTP 401" };
const BROKEN: Verdict = { kind: "failed", failure: "unavailable", message: "HTTP 502" };
const PAGE: Verdict = { kind: "failed", failure: "protocol_mismatch", message: "a page" };
const SAYS_UNAVAILABLE: Verdict = { ...BROKEN, isFramed: true };
const BUSY: Verdict = { kind: "failed", failure: "overloaded", message: "HTTP 429" };
const NO_NAME: Verdict = { kind: "failed", failure: "dns", message: "no such host" };

interface Setup {
  readonly answers: Partial<Record<Protocol, Verdict | "hang">>;
  readonly known?: Known;
  readonly attempt?: number;
  /** Requests that may be paid for beyond the first; default plenty. */
  readonly purse?: number;
  readonly service?: string;
}

/** Negotiate with an upstream that answers so, BROKEN in what is not given. */
async function ask({ answers, known = NOTHING_KNOWN, attempt = 0, purse = 9, service = "" }: Setup) {
  const clock = createTestClock();
  const asked: Protocol[] = [];
  let left = purse;
  const abort = new AbortController();
  const disarm = clock.after(1_500, () => abort.abort());
  const verdict = await clock.until(negotiate({
    target: targetOf({ protocol: "auto" }, service),
    known,
    attempt,
    timeoutMs: 1_500,
    signal: abort.signal,
    pay: () => left-- > 0,
    clock,
    ask: (protocol, signal) => {
      asked.push(protocol);
      const answer = answers[protocol] ?? BROKEN;
      if (answer !== "hang") return Promise.resolve(answer);
      return new Promise((resolve) =>
        signal.addEventListener("abort", () => resolve({ kind: "failed", failure: "timeout", message: "late" }))
      );
    },
  }));
  disarm();
  const negotiation: Negotiation | undefined = verdict.kind === "not-attempted" ? undefined : verdict.negotiation;
  return { asked, brief: brief(verdict), protocol: negotiation?.protocol, tried: negotiation?.tried ?? [] };
}

function pinned(protocol: Protocol, isFailing = false, tried: Negotiation["tried"] = []): Known {
  return { negotiation: { protocol, tried }, isFailing };
}

Deno.test("negotiate() tries protocols in order until one answers in its own words, and keeps to it", async () => {
  const seen = await ask({ answers: { "grpc-web": PAGE, connect: NOT_FOUND, grpc: SERVES } });
  assert.deepEqual(seen.asked, ["grpc-web", "connect", "grpc"]);
  assert.deepEqual([seen.brief, seen.protocol], ["SERVING", "grpc"]);
  assert.deepEqual(seen.tried, [
    { protocol: "grpc-web", seen: "a page" },
    { protocol: "connect", seen: "HTTP 404" },
  ]);
});

Deno.test("negotiate() asks the pinned protocol alone while it answers", async () => {
  const tried = [{ protocol: "grpc-web", seen: "a page" }] as const;
  const seen = await ask({ answers: { grpc: SERVES }, known: pinned("grpc", false, tried) });
  assert.deepEqual([seen.asked, seen.brief, seen.protocol, seen.tried], [["grpc"], "SERVING", "grpc", tried]);
});

Deno.test("negotiate() finds another protocol although the old one hangs and leaves no time for it", async () => {
  const answers = { "grpc-web": "hang", grpc: SERVES } as const;
  const first = await ask({ answers, known: pinned("grpc-web", true) });
  assert.deepEqual([first.asked, first.brief], [["grpc-web"], "failed timeout"]);
  const next = await ask({ answers, known: pinned("grpc-web", true, first.tried) });
  assert.deepEqual([next.asked, next.brief, next.protocol], [["connect", "grpc"], "SERVING", "grpc"]);

  const silent = await ask({ answers: { "grpc-web": "hang" }, known: pinned("grpc-web", true, first.tried) });
  assert.deepEqual(silent.asked, ["connect", "grpc", "jina", "http", "grpc-web"]);
  assert.equal(silent.protocol, "grpc-web", "none answered, so it is still the one");
  const later = await ask({ answers: { "grpc-web": SERVES }, known: pinned("grpc-web", true, silent.tried) });
  assert.deepEqual([later.asked, later.brief], [["grpc-web"], "SERVING"]);
});

Deno.test("negotiate() believes a failure told in the protocol's own words", async () => {
  const seen = await ask({ answers: { "grpc-web": SAYS_UNAVAILABLE } });
  assert.deepEqual([seen.asked, seen.brief, seen.protocol], [["grpc-web"], "failed unavailable", "grpc-web"]);
});

for (const attempt of [0, 1, 2]) {
  Deno.test(`negotiate() asks the pinned protocol alone at probe ${attempt} of a refresh although it fails`, async () => {
    const seen = await ask({ answers: { connect: SERVES }, known: pinned("grpc"), attempt });
    assert.deepEqual([seen.asked, seen.brief, seen.protocol], [["grpc"], "failed unavailable", "grpc"]);
  });
}

Deno.test("negotiate() tries the others at the last confirm, before an upstream that changed its protocol is red", async () => {
  const seen = await ask({ answers: { connect: SERVES }, known: pinned("grpc"), attempt: 3 });
  assert.deepEqual([seen.asked, seen.brief, seen.protocol], [["grpc", "grpc-web", "connect"], "SERVING", "connect"]);
});

Deno.test("negotiate() tries the others at once when the pinned protocol's place is taken by another answer", async () => {
  const seen = await ask({ answers: { "grpc-web": NOT_FOUND, grpc: SERVES }, known: pinned("grpc-web") });
  assert.deepEqual([seen.asked, seen.brief, seen.protocol], [["grpc-web", "connect", "grpc"], "SERVING", "grpc"]);
});

Deno.test("negotiate() says what the pinned protocol said when no other answers", async () => {
  const seen = await ask({ answers: { "grpc-web": DENIED, grpc: BROKEN }, known: pinned("grpc", true) });
  assert.deepEqual([seen.brief, seen.protocol], ["failed unavailable", "grpc"]);
  assert.equal(seen.tried.length, PROTOCOLS.length);
});

Deno.test("negotiate() says the most telling of what it saw when no protocol ever answered", async () => {
  const most = async (answers: Setup["answers"]) => (await ask({ answers })).brief;
  assert.equal(await most({ connect: NOT_FOUND, grpc: DENIED }), "UNKNOWN probe_denied");
  assert.equal(await most({ connect: NOT_FOUND, grpc: PAGE }), "UNKNOWN health_unimplemented");
  assert.equal(await most({ "grpc-web": PAGE, connect: PAGE }), "failed protocol_mismatch");
  assert.equal(
    await most({ grpc: PAGE }),
    "failed unavailable",
    "what HTTP was told comes before what HTTP/2 made of it",
  );
  assert.equal(await most({}), "failed unavailable");
});

Deno.test("negotiate() tries one protocol a probe once the budget is short, and goes on where it stopped", async () => {
  let known: Known = NOTHING_KNOWN;
  const asked: Protocol[] = [];
  for (let refresh = 0; refresh < 5; refresh++) {
    const seen = await ask({ answers: { http: SERVES }, known, purse: 0 });
    asked.push(...seen.asked);
    known = { negotiation: { ...(seen.protocol && { protocol: seen.protocol }), tried: seen.tried }, isFailing: true };
  }
  assert.deepEqual(asked, PROTOCOLS);
  assert.equal(known.negotiation?.protocol, "http");
});

Deno.test("negotiate() begins each confirming probe with another protocol, so that one that hangs hides none", async () => {
  const answers = { "grpc-web": "hang", connect: BROKEN, grpc: SERVES } as const;
  assert.deepEqual((await ask({ answers })).asked, ["grpc-web"]);
  assert.deepEqual((await ask({ answers, attempt: 1 })).asked, ["connect", "grpc"]);
});

Deno.test("negotiate() is done before the probe's time is, and says what it tried", async () => {
  const seen = await ask({ answers: { "grpc-web": BROKEN, connect: "hang" } });
  assert.equal(seen.brief, "failed timeout");
  assert.deepEqual(seen.tried.map(({ protocol }) => protocol), ["grpc-web", "connect"]);
});

Deno.test("negotiate() stops at a name that does not resolve, and at an upstream that is overloaded", async () => {
  assert.deepEqual((await ask({ answers: { "grpc-web": NO_NAME } })).asked, ["grpc-web"]);
  const busy = await ask({ answers: { "grpc-web": BUSY } });
  assert.deepEqual([busy.asked, busy.brief, busy.protocol], [["grpc-web"], "failed overloaded", undefined]);
});

Deno.test("negotiate() asks for a service only in protocols that know of services", async () => {
  assert.deepEqual((await ask({ answers: {}, service: "acme.Cart" })).asked, ["grpc-web", "connect", "grpc"]);
});

Deno.test("negotiate() asks no protocol twice, stays within what it may spend, and always comes to a verdict", async () => {
  const verdict = fc.constantFrom<Verdict | "hang">(SERVES, NOT_FOUND, DENIED, BROKEN, PAGE, BUSY, NO_NAME, "hang");
  const answers = fc.record({ "grpc-web": verdict, connect: verdict, grpc: verdict, jina: verdict, http: verdict });
  const known = fc.oneof(
    fc.constant(NOTHING_KNOWN),
    fc.record({ isFailing: fc.boolean(), protocol: fc.constantFrom(...PROTOCOLS) }).map(({ protocol, isFailing }) =>
      pinned(protocol, isFailing)
    ),
  );
  await fc.assert(
    fc.asyncProperty(answers, known, fc.nat({ max: 3 }), fc.nat({ max: 5 }), async (answers, known, attempt, purse) => {
      const seen = await ask({ answers, known, attempt, purse });
      assert.equal(new Set(seen.asked).size, seen.asked.length);
      assert.ok(seen.asked.length <= 1 + purse);
      const isServing = seen.brief === "SERVING";
      assert.equal(isServing, seen.asked.some((protocol) => answers[protocol] === SERVES));
    }),
    { numRuns: 200 },
  );
});
