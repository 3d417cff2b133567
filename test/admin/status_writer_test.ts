import assert from "node:assert/strict";
import type { ListedState } from "../../src/core/observation.ts";
import type { Authority } from "../../src/ports.ts";
import { createMemoryAuthority } from "../../src/store/authority-memory.ts";
import { administered, given, refusal } from "../support/administered.ts";

const ENV = {
  UPSTREAMS: [
    { name: "train", protocol: "push" },
    { name: "pay", protocol: "push", services: ["acme.Pay", "acme.Refund"], ttlMs: 5_000 },
    { name: "eu", protocol: "satellite", ttlMs: 10_000 },
    { name: "checkout", url: "https://checkout.acme.com" },
  ],
};
const UP = { status: "SERVING", message: "", lifeMs: undefined } as const;
const DOWN = { status: "NOT_SERVING", message: "disk full", lifeMs: undefined } as const;

Deno.test("S1, S2: get() gives nothing of a name never told, then what was set", async () => {
  const { statusWriter, clock, learned } = administered({ env: ENV });
  assert.equal(given(await statusWriter.get("train")), undefined);
  const toldAtMs = clock.nowMs();
  const down = { status: "NOT_SERVING", message: "disk full", toldAtMs, untilMs: toldAtMs + 60_000 };
  assert.deepEqual(given(await statusWriter.set("train", DOWN)), down);
  for (const name of ["train", "train/"]) assert.deepEqual(given(await statusWriter.get(name)), down);
  assert.deepEqual(learned.map(({ targetKey, atMs, place }) => ({ targetKey, atMs, place })), [
    { targetKey: "train/", atMs: toldAtMs, place: "test" },
  ]);
  assert.deepEqual(learned[0]?.observation, {
    kind: "answered",
    status: "NOT_SERVING",
    message: "disk full",
    latencyMs: 0,
    untilMs: toldAtMs + 60_000,
  });
});

Deno.test("get() is UNKNOWN once the status holds no more", async () => {
  const { statusWriter, clock } = administered({ env: ENV });
  given(await statusWriter.set("pay/acme.Pay", { ...UP, lifeMs: 1_000 }));
  await clock.advance(999);
  assert.equal(given(await statusWriter.get("pay/acme.Pay"))?.status, "SERVING");
  await clock.advance(1);
  assert.equal(given(await statusWriter.get("pay/acme.Pay"))?.status, "UNKNOWN");
});

Deno.test("set() takes its life from the upstream, or from the call", async () => {
  const { statusWriter, clock } = administered({ env: ENV });
  assert.equal(given(await statusWriter.set("pay/acme.Pay", UP)).untilMs, clock.nowMs() + 5_000);
  assert.equal(
    given(await statusWriter.set("pay/acme.Pay", { ...UP, lifeMs: 86_400_000 })).untilMs,
    clock.nowMs() + 86_400_000,
  );
  for (const lifeMs of [1, 999, 86_400_001, 4_294_967_295]) {
    const [reason, message] = refusal(await statusWriter.set("pay/acme.Pay", { ...UP, lifeMs }));
    assert.equal(reason, "invalid");
    assert.match(message, /out of range; write 1000\.\.86400000/);
  }
});

Deno.test("a name that nobody pushes is not found, and the message says what is", async () => {
  const { statusWriter } = administered({ env: ENV });
  for (
    const [name, message] of [
      ["train/x", /No push upstream is called "train\/x": register it with protocol push/],
      ["pay", /No push upstream is called "pay": it tells of "pay\/acme\.Pay", "pay\/acme\.Refund"/],
      ["checkout", /register it with protocol push/],
      ["eu", /No push upstream/],
      ["", /No push upstream/],
    ] as const
  ) {
    for (const asked of [statusWriter.set(name, UP), statusWriter.get(name), statusWriter.heartbeat(name, undefined)]) {
      const [reason, text] = refusal(await asked);
      assert.equal(reason, "not_found", name);
      assert.match(text, message);
    }
  }
  const report = { status: "SERVING", names: new Map(), madeAtMs: 1, lifeMs: undefined } as const;
  assert.equal(refusal(await statusWriter.pushReport("train", report))[0], "not_found");
});

Deno.test("set() knows an upstream that was registered elsewhere a moment ago", async () => {
  const authority = createMemoryAuthority();
  const here = administered({ authority });
  given(
    await administered({ authority }).registryWriter.register({ name: "new", protocol: "push" }, {
      isReplacing: false,
    }),
  );
  assert.equal(given(await here.statusWriter.set("new", UP)).status, "SERVING");
});

Deno.test("heartbeat() lets the last status hold anew, whatever it is, and tells SERVING where none was told", async () => {
  const { statusWriter, clock } = administered({ env: ENV });
  assert.equal(given(await statusWriter.heartbeat("train", undefined)).status, "SERVING");
  given(await statusWriter.set("train", DOWN));
  await clock.advance(70_000);
  assert.equal(given(await statusWriter.get("train"))?.status, "UNKNOWN");
  const beaten = given(await statusWriter.heartbeat("train", 2_000));
  assert.deepEqual(beaten, {
    status: "NOT_SERVING",
    message: "disk full",
    toldAtMs: clock.nowMs(),
    untilMs: clock.nowMs() + 2_000,
  });
});

/** A writer before whose next write, after its reading, `between` is done by another. */
function interruptible() {
  const authority = createMemoryAuthority();
  let next: (() => Promise<unknown>) | undefined;
  const interrupted: Authority = {
    ...authority,
    async put(key, value, expected) {
      const between = next;
      next = undefined;
      await between?.();
      return await authority.put(key, value, expected);
    },
  };
  const { statusWriter } = administered({ env: ENV, authority: interrupted });
  const interrupt = (between: () => Promise<unknown>) => void (next = between);
  return { other: administered({ env: ENV, authority }), statusWriter, interrupt };
}

Deno.test("heartbeat() never takes back what was set between its reading and its writing", async () => {
  const { other, statusWriter, interrupt } = interruptible();
  given(await other.statusWriter.set("train", UP));
  interrupt(() => other.statusWriter.set("train", DOWN));
  assert.equal(given(await statusWriter.heartbeat("train", undefined)).status, "NOT_SERVING");
  assert.equal(given(await other.statusWriter.get("train"))?.status, "NOT_SERVING");
});

Deno.test("S5: of a burst the last value kept is the last one learned, in whatever order the writes are acknowledged", async () => {
  const authority = createMemoryAuthority();
  const held: (() => void)[] = [];
  const slow: Authority = {
    ...authority,
    async put(key, value, expected) {
      const version = await authority.put(key, value, expected);
      await new Promise<void>((resolve) => held.push(resolve));
      return version;
    },
  };
  const { statusWriter, learned } = administered({ env: ENV, authority: slow });
  const burst = Array.from({ length: 15 }, (_, at) => statusWriter.set("train", at < 14 ? DOWN : UP));
  while (held.length < 15) await new Promise((resolve) => setTimeout(resolve, 0));
  for (const acknowledge of held.toReversed()) acknowledge();
  await Promise.all(burst);
  const { observation } = learned.at(-1) ?? {};
  assert.equal(observation?.kind === "answered" && observation.status, "SERVING");
});

const NAMES = new Map<string, ListedState>([["checkout", { status: "SERVING", sinceMs: 5 }], ["__proto__", {
  status: "NOT_SERVING",
  sinceMs: 6,
  fault: "timeout",
  isCulprit: true,
}]]);

Deno.test("pushReport() keeps a satellite's names, and leaves an older report of it", async () => {
  const { statusWriter, clock, learned } = administered({ env: ENV });
  const said = { status: "NOT_SERVING", names: NAMES, madeAtMs: 1_000, lifeMs: undefined } as const;
  const first = given(await statusWriter.pushReport("eu", said));
  assert.equal(first.untilMs, clock.nowMs() + 10_000);
  const { observation } = learned.at(-1) ?? {};
  assert.deepEqual(observation?.kind === "answered" && observation.told, Object.fromEntries(NAMES));
  await clock.advance(500);
  assert.deepEqual(given(await statusWriter.pushReport("eu", { ...said, status: "SERVING", madeAtMs: 999 })), first);
  assert.equal(learned.length, 1);
  assert.equal(given(await statusWriter.pushReport("eu", said)).untilMs, clock.nowMs() + 10_000);
});

Deno.test("pushReport() leaves an older report although the newer one came between its reading and its writing", async () => {
  const { other, statusWriter, interrupt } = interruptible();
  const said = { status: "SERVING", names: NAMES, madeAtMs: 1_000, lifeMs: undefined } as const;
  interrupt(() => other.statusWriter.pushReport("eu", { ...said, status: "NOT_SERVING", madeAtMs: 1_001 }));
  assert.equal(given(await statusWriter.pushReport("eu", said)).status, "NOT_SERVING");
});

Deno.test("pushReport() takes a report of a clock that was set back, once the one before holds no more", async () => {
  const { statusWriter, clock } = administered({ env: ENV });
  const said = { status: "SERVING", names: NAMES, madeAtMs: 9e12, lifeMs: undefined } as const;
  given(await statusWriter.pushReport("eu", said));
  await clock.advance(10_000);
  assert.equal(
    given(await statusWriter.pushReport("eu", { ...said, status: "UNKNOWN", madeAtMs: 1 })).status,
    "UNKNOWN",
  );
});

Deno.test("pushReport() takes two thousand names, and no more", async () => {
  const { statusWriter } = administered({ env: ENV });
  const names = (count: number) =>
    new Map(
      Array.from({ length: count }, (_, at) => [`acme.Service${at}`, { status: "SERVING", sinceMs: 1 } as const]),
    );
  const said = { status: "SERVING", madeAtMs: 1, lifeMs: undefined } as const;
  given(await statusWriter.pushReport("eu", { ...said, names: names(2_000) }));
  assert.equal(refusal(await statusWriter.pushReport("eu", { ...said, names: names(2_001) }))[0], "invalid");
});

Deno.test("whatever is told is unavailable, and not learned, while the authority fails", async () => {
  const broken: Authority = {
    ...createMemoryAuthority(),
    list: () => Promise.reject(new Error("gone")),
    put: () => Promise.reject(new Error("gone")),
  };
  const { statusWriter, learned } = administered({ env: ENV, authority: broken });
  const report = { status: "SERVING", names: NAMES, madeAtMs: 1, lifeMs: undefined } as const;
  const calls = [
    statusWriter.set("train", UP),
    statusWriter.get("train"),
    statusWriter.heartbeat("train", undefined),
    statusWriter.pushReport("eu", report),
  ];
  for (const call of calls) assert.equal(refusal(await call)[0], "unavailable");
  assert.deepEqual(learned, []);
});
