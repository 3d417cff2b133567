import assert from "node:assert/strict";
import type { JsonObject } from "../../src/core/json.ts";
import type { Authority } from "../../src/ports.ts";
import { createMemoryAuthority } from "../../src/store/authority-memory.ts";
import { administered, given, refusal } from "../support/administered.ts";

const A: JsonObject = { name: "a", url: "https://a.acme.com" };
const B: JsonObject = { name: "b", url: "https://b.acme.com" };
const P: JsonObject = { name: "p", protocol: "push" };
const DEPLOYED = {
  UPSTREAMS: [{ name: "checkout", url: "https://checkout.acme.com" }],
  GROUPS: { shop: ["checkout"] },
};
const KEY = "fleet/registry";

Deno.test("apply() puts a registry in the place of the one of its version, and the fleet has it at once", async () => {
  const { registryWriter, fleet, authority, logged } = administered();
  const first = { upstreams: [A, B], groups: { eu: ["a"] } };
  assert.deepEqual(given(await registryWriter.apply(first, 0)), {
    version: 1,
    diff: { added: ["a", "b", 'group "eu"'], removed: [], changed: [] },
    warnings: [],
  });
  assert.deepEqual(fleet().registry.upstreams.map(({ name }) => name), ["a", "b"]);
  const second = { groups: { eu: { members: ["a"], policy: "any" } }, upstreams: [{ url: A["url"] ?? "", name: "a" }] };
  const { version, diff } = given(await registryWriter.apply(second, 1));
  assert.deepEqual([version, diff], [2, { added: [], removed: ["b"], changed: ['group "eu"'] }]);
  assert.deepEqual(fleet().registry.upstreams.map(({ name }) => name), ["a"]);
  assert.equal((await authority.list(KEY)).get(KEY)?.value, JSON.stringify(second));
  assert.deepEqual(logged, [
    { event: "registry", version: 1, added: ["a", "b", 'group "eu"'], removed: [], changed: [] },
    { event: "registry", version: 2, added: [], removed: ["b"], changed: ['group "eu"'] },
  ]);
});

Deno.test("apply() to a version that is no longer there is outrun, and says which is", async () => {
  const { registryWriter, fleet } = administered();
  given(await registryWriter.apply({ upstreams: [A] }, 0));
  for (const stale of [0, 2, 4_294_967_295]) {
    const [reason, message] = refusal(await registryWriter.apply({ upstreams: [B] }, stale));
    assert.equal(reason, "outrun");
    assert.match(message, new RegExp(`^Cannot apply in the place of version ${stale}: version 1 is in force; `));
  }
  assert.deepEqual(fleet().registry.upstreams.map(({ name }) => name), ["a"]);
});

Deno.test("apply() that another writer overtakes between its reading and its writing is outrun", async () => {
  const authority = createMemoryAuthority();
  const overtaking: Authority = {
    ...authority,
    put: async (key, value, expected) => {
      await authority.put(key, JSON.stringify({ upstreams: [B] }));
      return await authority.put(key, value, expected);
    },
  };
  const { registryWriter, logged } = administered({ authority: overtaking });
  const [reason, message] = refusal(await registryWriter.apply({ upstreams: [A] }, 0));
  assert.deepEqual([reason, message.includes("version 1 is in force")], ["outrun", true]);
  assert.deepEqual(logged, []);
});

Deno.test("apply() refuses what is no registry with every problem, one a line, and keeps what is there", async () => {
  const { registryWriter, authority, logged } = administered();
  const [reason, message] = refusal(
    await registryWriter.apply({ upstreams: [{ name: "a" }, { ...B, headers: { x: "secret:hunter2" } }], x: 1 }, 0),
  );
  assert.equal(reason, "invalid");
  assert.deepEqual(message.split("\n").map((line) => line.split(/[ :]/)[2]), [
    "registry.x",
    "upstreams[0].url",
    "upstreams[1].headers.x",
  ]);
  assert.doesNotMatch(message, /hunter2/);
  assert.deepEqual([(await authority.list("")).size, logged.length], [0, 0]);
});

Deno.test("apply() refuses a registry longer than one record holds", async () => {
  const { registryWriter } = administered();
  const upstreams = Array.from(
    { length: 9_000 },
    (_, at) => ({ name: `${at}${"x".repeat(80)}`, url: "https://a.acme.com" }),
  );
  assert.match(
    refusal(await registryWriter.apply({ upstreams }, 0)).join(": "),
    /^invalid: Cannot keep a registry of /,
  );
  given(await registryWriter.apply({ upstreams: upstreams.slice(0, 5_000) }, 0));
});

Deno.test("apply() leaves out of the fleet what was deployed under the same name, keeps it, and says so", async () => {
  const { registryWriter, fleet } = administered({ env: DEPLOYED });
  const clashing = { upstreams: [{ name: "checkout", url: "https://other.acme.com" }, A], groups: { shop: ["a"] } };
  const { warnings } = given(await registryWriter.apply(clashing, 0));
  assert.deepEqual(warnings.map((warning) => warning.split(":")[0]), [
    'upstream "checkout" is left out',
    'group "shop" is left out',
  ]);
  assert.deepEqual(fleet().registry.upstreams.map(({ url }) => url), ["https://checkout.acme.com", A["url"]]);
  const { registry, deployed, warnings: again } = given(await registryWriter.get());
  assert.deepEqual([registry, deployed, again], [clashing, ["checkout", "shop"], warnings]);
});

Deno.test("apply() is a conflict where the deployed configuration has errors", async () => {
  const { registryWriter } = administered({ env: { TTL_MS: "soon" } });
  assert.equal(refusal(await registryWriter.apply({ upstreams: [A] }, 0))[0], "conflict");
  assert.match(given(await registryWriter.get()).warnings[0] ?? "", /^Cannot join a registry to the deployed/);
});

Deno.test("get() gives version 0 and nothing where nothing was written, and what another isolate wrote", async () => {
  const authority = createMemoryAuthority();
  const { registryWriter, fleet } = administered({ authority });
  assert.deepEqual(given(await registryWriter.get()), { version: 0, registry: {}, deployed: [], warnings: [] });
  given(await administered({ authority }).registryWriter.apply({ upstreams: [A] }, 0));
  assert.deepEqual(given(await registryWriter.get()).registry, { upstreams: [A] });
  assert.deepEqual(fleet().registry.upstreams.map(({ name }) => name), ["a"]);
});

Deno.test("register() adds an upstream, refuses its name again, and replaces it where it may", async () => {
  const { registryWriter, fleet } = administered({ env: DEPLOYED });
  given(await registryWriter.apply({ groups: { all: ["checkout"] } }, 0));
  assert.equal(given(await registryWriter.register(A, { isReplacing: false })).version, 2);
  const moved = { ...A, url: "https://moved.acme.com" };
  assert.match(
    refusal(await registryWriter.register(moved, { isReplacing: false })).join(": "),
    /^exists: Cannot register "a": it is registered already; /,
  );
  assert.deepEqual(given(await registryWriter.register(moved, { isReplacing: true })).diff.changed, ["a"]);
  assert.deepEqual(fleet().registry.upstreams.map(({ url }) => url), ["https://checkout.acme.com", moved.url]);
  assert.deepEqual(given(await registryWriter.get()).registry, { groups: { all: ["checkout"] }, upstreams: [moved] });
});

Deno.test("register() refuses what was deployed under the name, replacing or not", async () => {
  const { registryWriter } = administered({ env: DEPLOYED });
  for (const name of ["checkout", "shop"]) {
    for (const isReplacing of [false, true]) {
      const [reason, message] = refusal(await registryWriter.register({ ...A, name }, { isReplacing }));
      assert.deepEqual([reason, message.includes("what is deployed wins")], ["exists", true]);
    }
  }
});

Deno.test("register() refuses what is no upstream", async () => {
  const { registryWriter } = administered();
  for (
    const upstream of [{}, { name: "a" }, { name: "a", url: "http://10.0.0.1" }, { name: 5, url: "https://a.acme.com" }]
  ) {
    assert.equal(refusal(await registryWriter.register(upstream, { isReplacing: false }))[0], "invalid");
  }
});

Deno.test("register() of many writers at a time loses none", async () => {
  const authority = createMemoryAuthority();
  const names = Array.from({ length: 20 }, (_, at) => `u${at}`);
  const results = await Promise.all(
    names.map((name) => administered({ authority }).registryWriter.register({ ...A, name }, { isReplacing: false })),
  );
  assert.deepEqual(
    results.map((result) => given(result).version).toSorted((a, b) => a - b),
    names.map((_, at) => at + 1),
  );
  const { registry } = given(await administered({ authority }).registryWriter.get());
  assert.equal(Array.isArray(registry["upstreams"]) && registry["upstreams"].length, 20);
});

Deno.test("deregister() removes an upstream and what it told of itself, and nothing of others", async () => {
  const { registryWriter, authority, fleet } = administered();
  const p = { ...P, services: ["", "acme.X"] };
  const satellites = ["s", "sp"].map((name) => ({ name, protocol: "satellite" }));
  given(await registryWriter.apply({ upstreams: [p, { ...P, name: "pp" }, ...satellites] }, 0));
  for (const key of ["status/p/", "status/p/acme.X", "status/pp/", "satellite/s", "satellite/sp"]) {
    await authority.put(key, "{}");
  }
  const { version, diff } = given(await registryWriter.deregister("p"));
  assert.deepEqual([version, diff.removed], [2, ["p"]]);
  given(await registryWriter.deregister("s"));
  assert.deepEqual([...(await authority.list("s")).keys()].toSorted(), ["satellite/sp", "status/pp/"]);
  assert.deepEqual(fleet().registry.upstreams.map(({ name }) => name), ["pp", "sp"]);
});

Deno.test("deregister() refuses what was not written, was deployed, or is named by groups, which it names", async () => {
  const { registryWriter } = administered({ env: DEPLOYED });
  const groups = { eu: ["a"], us: { members: [{ name: "a/acme.X", critical: false }, "b"] }, rest: ["b"] };
  given(await registryWriter.apply({ upstreams: [{ ...A, services: ["", "acme.X"] }, B], groups }, 0));
  for (
    const [name, expected] of [
      ["none", 'not_found: Cannot deregister "none": no upstream of this name was written'],
      ["checkout", 'conflict: Cannot deregister "checkout": it is deployed in UPSTREAMS; remove it there'],
      ["a", 'conflict: Cannot deregister "a": it is a member of "eu", "us"; change that first'],
    ] as const
  ) assert.equal(refusal(await registryWriter.deregister(name)).join(": "), expected);
});

Deno.test("deregister() is a conflict where the rest would be no registry", async () => {
  const { registryWriter } = administered();
  const upstreams = [{ ...A, services: ["acme.X"] }, { ...B, critical: false }];
  given(await registryWriter.apply({ upstreams, groups: { x: ["acme.X"] } }, 0));
  assert.equal(refusal(await registryWriter.deregister("a"))[0], "conflict");
});

Deno.test("preview() tells verdict, diff, warnings and cost of a candidate, and keeps nothing", async () => {
  const { registryWriter, authority, fleet, logged } = administered({ env: DEPLOYED });
  given(await registryWriter.apply({ upstreams: [A] }, 0));
  const before = [await authority.list(""), fleet(), logged.length];
  const candidate = { upstreams: [{ ...B, headers: { x: "y" }, services: ["", "acme.X"], ttlMs: 30_000 }] };
  const { report, diff, warnings, cost } = given(await registryWriter.preview(candidate));
  assert.deepEqual([...report.names.keys()].filter((name) => !name.includes("/")), [
    "checkout",
    "b",
    "acme.X",
    "shop",
    "",
    "readiness",
    "liveness",
  ]);
  assert.deepEqual(diff, { added: ["b"], removed: ["a"], changed: [] });
  assert.equal(warnings.length, 1);
  assert.deepEqual(cost, { probesPerRefresh: 3, probesPerMinute: 8 });
  assert.deepEqual([await authority.list(""), fleet(), logged.length], before);
  assert.equal(refusal(await registryWriter.preview({ upstreams: [{}] }))[0], "invalid");
});

Deno.test("preview() heeds maintenance that another isolate has scheduled", async () => {
  const authority = createMemoryAuthority();
  const elsewhere = administered({ env: DEPLOYED, authority });
  const untilMs = elsewhere.clock.nowMs() + 1_000;
  given(await elsewhere.maintenanceWriter.schedule({ name: "checkout", fromMs: undefined, untilMs, reason: "disks" }));
  const { report } = given(await administered({ env: DEPLOYED, authority }).registryWriter.preview({ upstreams: [A] }));
  assert.deepEqual(["checkout", "a"].map((name) => report.names.get(name)?.maintenance?.reason), ["disks", undefined]);
});

Deno.test("every call is unavailable where the authority fails or does not answer, and the log tells why", async () => {
  const failing = () => Promise.reject(new Error("down"));
  const hanging = () => new Promise<never>(() => {});
  for (const [broken, why] of [[failing, "Error: down"], [hanging, "Error: no answer in 5000 ms"]] as const) {
    const authority: Authority = { ...createMemoryAuthority(), list: broken };
    const { registryWriter, maintenanceWriter, clock, logged } = administered({ authority });
    const calls = [
      () => registryWriter.get(),
      () => registryWriter.apply({}, 0),
      () => registryWriter.register(A, { isReplacing: false }),
      () => registryWriter.deregister("a"),
      () => registryWriter.preview({}),
      () => maintenanceWriter.list(),
      () => maintenanceWriter.end("x"),
      () => maintenanceWriter.schedule({ name: "a", fromMs: undefined, untilMs: clock.nowMs() + 1e9, reason: "" }),
    ];
    for (const call of calls) assert.equal(refusal(await clock.until(Promise.resolve(call())))[0], "unavailable");
    assert.deepEqual(logged, calls.map(() => ({ event: "authority-error", error: why })));
    assert.equal(clock.sleepers(), 0);
  }
});

Deno.test("apply() that removes hundreds of upstreams asks the authority of those alone that tell their status", async () => {
  const authority = createMemoryAuthority();
  const asked: string[] = [];
  const counted: Authority = {
    ...authority,
    list: (prefix) => (asked.push(prefix), authority.list(prefix)),
    put: (key, ...rest) => (asked.push(key), authority.put(key, ...rest)),
  };
  const { registryWriter } = administered({ authority: counted });
  const many = Array.from({ length: 300 }, (_, index) => ({ ...A, name: `a${index}` }));
  const telling = [P, { name: "s", protocol: "satellite" }];
  given(await registryWriter.apply({ upstreams: [...many, ...telling], groups: { eu: ["a0"] } }, 0));
  asked.length = 0;
  given(await registryWriter.apply({ upstreams: [B] }, 1));
  assert.deepEqual(asked, ["fleet/", KEY, "status/p/", "satellite/s"]);
});

Deno.test("apply() is done even when what a removed upstream told cannot be removed", async () => {
  const authority = createMemoryAuthority();
  let halted = 0;
  const halting: Authority = {
    ...authority,
    put: (key, ...rest) =>
      key.startsWith("status/") ? (halted++, Promise.reject(new Error("down"))) : authority.put(key, ...rest),
  };
  const { registryWriter } = administered({ authority: halting });
  given(await registryWriter.apply({ upstreams: [P, B] }, 0));
  assert.equal(given(await registryWriter.apply({ upstreams: [B] }, 1)).version, 2);
  assert.equal(halted, 1);
});

Deno.test("apply() that removes what was left out keeps what the deployed upstream of the name told", async () => {
  const { registryWriter, statusWriter } = administered({ env: { UPSTREAMS: [P] } });
  given(await registryWriter.apply({ upstreams: [P] }, 0));
  given(await statusWriter.set("p", { status: "SERVING", message: "", lifeMs: undefined }));
  given(await registryWriter.apply({}, 1));
  assert.equal(given(await statusWriter.get("p"))?.status, "SERVING");
});
