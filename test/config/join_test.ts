import fc from "fast-check";
import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";

const DEPLOYED = {
  UPSTREAMS: [
    { name: "checkout", url: "https://checkout.acme.com", services: ["acme.Checkout"] },
    { name: "lister", url: "https://lister.acme.com", services: "*", critical: false },
  ],
  GROUPS: { shop: ["checkout"] },
  UPSTREAM_KEY: "hunter2",
};
const X = { name: "x", url: "https://x.acme.com" };
const config = parseConfig(DEPLOYED, "workers");
const join = (written: unknown) => config.join(written);

Deno.test("join() gives the deployed registry, and what was written behind it", () => {
  const { registry, problems, warnings } = join({
    upstreams: [{ name: "search", url: "https://search.acme.com", headers: { authorization: "secret:UPSTREAM_KEY" } }],
    groups: { eu: ["search", "checkout"], us: { members: ["shop", "acme.Checkout"], policy: "any" } },
  });
  assert.deepEqual([problems, warnings], [[], []]);
  assert.deepEqual(registry.upstreams.map(({ name }) => name), ["checkout", "lister", "search"]);
  assert.deepEqual(registry.upstreams[2]?.headers, { authorization: "hunter2" });
  assert.deepEqual(registry.groups.map(({ name }) => name), ["shop", "eu", "us"]);
  assert.deepEqual(registry.groups[1]?.members.map(({ name }) => name), ["search", "checkout"]);
});

Deno.test("join() of nothing is what was deployed", () => {
  for (const written of [{}, { upstreams: [] }, { groups: {} }]) {
    assert.deepEqual(join(written), { registry: config.registry, problems: [], warnings: [] });
  }
});

Deno.test("join() tells every problem at once by its path, and then gives what was deployed alone", () => {
  const { registry, problems } = join({
    upstreams: [
      { name: "a", url: "https://a.acme.com" },
      { name: "b", url: "http://10.0.0.1", headers: { x: "secret:OTHER" } },
      { name: "a", url: "https://a2.acme.com", zebra: 1 },
    ],
    groups: { eu: ["serch"] },
    upstrems: [],
  });
  assert.deepEqual(problems.map((problem) => problem.split(/[ :]/)[2]), [
    "registry.upstrems",
    "upstreams[1].url",
    "upstreams[1].headers.x",
    "upstreams[2].zebra",
    "upstreams[2].name",
    "groups.eu[0]",
  ]);
  assert.match(problems[0] ?? "", /did you mean upstreams\?/);
  assert.equal(registry, config.registry);
});

Deno.test("join() refuses what is no registry, and shows none of it", () => {
  for (const written of [undefined, null, "hunter2", [], 5, { upstreams: "hunter2" }, { groups: "hunter2" }]) {
    const { registry, problems } = join(written);
    assert.ok(problems.length > 0, JSON.stringify(written));
    assert.equal(registry, config.registry);
    for (const problem of problems) assert.doesNotMatch(problem, /hunter2/);
  }
});

const CLASHES: readonly (readonly [string, object, string])[] = [
  ["an upstream", { upstreams: [{ name: "checkout", url: "https://x.acme.com" }] }, 'upstream "checkout"'],
  ["a group", { upstreams: [{ name: "shop", url: "https://x.acme.com" }] }, 'upstream "shop"'],
  ["a service", { upstreams: [{ name: "acme.Checkout", url: "https://x.acme.com" }] }, 'upstream "acme.Checkout"'],
  [
    "an upstream by a service",
    { upstreams: [{ name: "x", url: "https://x.acme.com", services: ["checkout"] }] },
    'upstream "x"',
  ],
  [
    "what an upstream may list",
    { upstreams: [{ name: "x", url: "https://x.acme.com", services: ["lister/any"] }] },
    'upstream "x"',
  ],
  ["an upstream", { groups: { checkout: [] } }, 'group "checkout"'],
  ["a group", { groups: { shop: [] } }, 'group "shop"'],
  ["a service", { groups: { "acme.Checkout": [] } }, 'group "acme.Checkout"'],
  ["what an upstream may list", { groups: { "lister/any": [] } }, 'group "lister/any"'],
];

for (const [what, written, left] of CLASHES) {
  Deno.test(`join() leaves out what clashes with ${what} that was deployed, and says so: ${left}`, () => {
    const { registry, problems, warnings } = join(written);
    assert.deepEqual([registry, problems], [config.registry, []]);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", new RegExp(`^${left} is left out: ".*" is deployed, and what is deployed wins; `));
  });
}

Deno.test("join() leaves out a written upstream one of whose names a deployed service reads like", () => {
  const owned = parseConfig({ UPSTREAMS: [{ ...DEPLOYED.UPSTREAMS[0], services: ["x/one"] }] }, "workers");
  const { registry, warnings } = owned.join({
    upstreams: [{ name: "x", url: "https://x.acme.com", services: ["one"] }],
  });
  assert.deepEqual([registry, warnings.length], [owned.registry, 1]);
});

Deno.test("join() takes an upstream that lists a deployed upstream's service: it is one name over both", () => {
  const { registry, warnings } = join({
    upstreams: [{ name: "x", url: "https://x.acme.com", services: ["acme.Checkout"] }],
  });
  assert.deepEqual([registry.upstreams.length, warnings], [3, []]);
});

Deno.test("join() warns of header values that are no references, and shows none", () => {
  const { warnings } = join({
    upstreams: [{
      name: "x",
      url: "https://x.acme.com",
      headers: { "x-tenant": "hunter2", authorization: "secret:UPSTREAM_KEY" },
    }],
  });
  assert.deepEqual(warnings, [
    "the value of upstreams[0].headers.x-tenant is kept for every admin to read: write secret:UPSTREAM_… where it is one",
  ]);
});

Deno.test("join() warns that a deployed whole stays what it is", () => {
  const whole = parseConfig({ ...DEPLOYED, GROUPS: { "": ["checkout"] } }, "workers");
  const { warnings, registry } = whole.join({
    upstreams: [{ name: "x", url: "https://x.acme.com" }],
    groups: { "": [] },
  });
  assert.deepEqual(warnings.map((warning) => warning.split(":")[0]), [
    'group "" is left out',
    'the deployed group "" is the whole fleet, and no written upstream is of it; watch it by its own name',
  ]);
  assert.deepEqual(registry.groups, whole.registry.groups);
  assert.deepEqual(whole.join({ groups: { eu: ["checkout"] } }).warnings, []);
});

Deno.test("join() warns of a fleet of more targets than a refresh can ask, with those that are deployed", () => {
  const upstreams = Array.from({ length: 44 }, (_, at) => ({ ...X, name: `x${at}` }));
  assert.deepEqual(join({ upstreams: upstreams.slice(1) }).warnings, []);
  assert.deepEqual(join({ upstreams }).warnings, [
    "46 targets are more than PROBES_PER_INVOCATION (45): each is asked in one of 2 refreshes; raise it on a paid plan, or split the fleet",
  ]);
  assert.deepEqual(parseConfig(DEPLOYED, "deno").join({ upstreams }).warnings, []);
});

Deno.test("join() refuses a fleet in which nothing is critical, unless it was deployed with a whole", () => {
  const upstreams = [{ name: "x", url: "https://x.acme.com", critical: false }];
  const empty = parseConfig({}, "workers");
  assert.match(empty.join({ upstreams }).problems[0] ?? "", /^Cannot parse upstreams: no upstream is critical/);
  assert.deepEqual(empty.join({ upstreams, groups: { "": ["x"] } }).problems.length, 1);
  assert.deepEqual(empty.join({ upstreams, groups: { "": [{ name: "x", critical: true }] } }).problems, []);
  assert.deepEqual(join({ upstreams }).problems, []);
});

Deno.test("join() joins nothing to a configuration that has errors", () => {
  const broken = parseConfig({ ...DEPLOYED, TTL_MS: "soon" }, "workers");
  const { registry, problems } = broken.join({});
  assert.deepEqual(registry, { upstreams: [], groups: [] });
  assert.match(problems[0] ?? "", /^Cannot join a registry to the deployed configuration, which has errors: mend /);
});

Deno.test("join() never throws, and either has problems or registers every name once", () => {
  const anyName = fc.constantFrom("checkout", "shop", "a", "b", "acme.Checkout", "lister/x", "", "a/x");
  const anyUpstream = fc.record({
    name: fc.oneof(anyName, fc.anything()),
    url: fc.constantFrom("https://a.acme.com", "grpcs://b.acme.com", 5),
    services: fc.oneof(fc.constant("*"), fc.array(anyName), fc.anything()),
    critical: fc.boolean(),
  }, { requiredKeys: ["name", "url"] });
  const anyWritten = fc.record({
    upstreams: fc.oneof(fc.array(anyUpstream, { maxLength: 4 }), fc.anything()),
    groups: fc.oneof(fc.dictionary(anyName, fc.array(anyName, { maxLength: 3 })), fc.anything()),
  }, { requiredKeys: [] });
  fc.assert(fc.property(fc.oneof(anyWritten, fc.anything()), (written) => {
    const { registry, problems } = join(written);
    if (problems.length > 0) return assert.equal(registry, config.registry);
    const names = [...registry.upstreams, ...registry.groups].map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(registry.upstreams.slice(0, 2), config.registry.upstreams);
    assert.deepEqual(registry.groups.slice(0, 1), config.registry.groups);
  }));
});
