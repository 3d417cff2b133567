import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";

const UPSTREAMS = [
  { name: "checkout", url: "https://checkout.acme.com", services: ["", "acme.X"] },
  { name: "search", url: "https://search.acme.com", critical: false },
];

const BAD_GROUPS: readonly (readonly [groups: unknown, ...problems: string[]])[] = [
  ["x", "Cannot parse GROUPS ***: not JSON; correct the JSON text"],
  [[1], 'Cannot parse GROUPS: not a table; write [vars.GROUPS], or JSON {"name": ["member"]}'],
  [{ a: "x" }, 'Cannot parse GROUPS.a "x": not a table; write one with the fields members, policy'],
  [{ a: {} }, 'Cannot parse GROUPS.a.members: missing; write ["member", "member"]'],
  [
    { a: { members: "x", polcy: 1 } },
    "Cannot parse GROUPS.a.polcy: unknown field; did you mean policy? The fields are members, policy",
    'Cannot parse GROUPS.a.members "x": not a list; write ["member", "member"]',
  ],
  [{ a: ["checkout", "checkout"] }, 'Cannot parse GROUPS.a[1] "checkout": "checkout" is listed twice; remove one'],
  [
    { a: ["checkuot"] },
    'Cannot parse GROUPS.a[0] "checkuot": no upstream, upstream/service, service or group has this name; did you mean "checkout"?',
  ],
  [
    { a: ["nowhere"] },
    'Cannot parse GROUPS.a[0] "nowhere": no upstream, upstream/service, service or group has this name; register it in UPSTREAMS, or remove it',
  ],
  [
    { a: [""] },
    'Cannot parse GROUPS.a[0] "": the whole fleet cannot be a member; list what it is made of instead',
  ],
  [{ a: ["a"] }, "Cannot parse GROUPS.a: its members lead back to it, a -> a; remove it from its own members"],
  [
    { a: ["checkout", "b"], b: ["checkout", { name: "c", critical: false }], c: ["a"] },
    "Cannot parse GROUPS.a: its members lead back to it, a -> b -> c -> a; remove one of these members",
  ],
  [
    { "": ["b"], b: ["c"], c: ["b", "d"], d: ["c", "checkout"] },
    "Cannot parse GROUPS.b: its members lead back to it, b -> c -> b; remove one of these members",
    "Cannot parse GROUPS.c: its members lead back to it, c -> d -> c; remove one of these members",
  ],
  [
    { "acme.shop": ["checkout"], b: ["acme.Shopp"] },
    'Cannot parse GROUPS.b[0] "acme.Shopp": no upstream, upstream/service, service or group has this name; did you mean "acme.shop"?',
  ],
  [
    { a: [5, {}] },
    "Cannot parse GROUPS.a[0] 5: not text; write it in quotes",
    "Cannot parse GROUPS.a[1].name: missing; name a member",
  ],
  [
    { a: [{ name: "checkout", crit: true, critical: "x" }] },
    "Cannot parse GROUPS.a[0].crit: unknown field; the fields are name, critical",
    'Cannot parse GROUPS.a[0].critical "x": not a boolean; write true or false',
  ],
  [
    { a: { members: ["nowhere", "checkout"], policy: { quorum: 3 } } },
    'Cannot parse GROUPS.a.members[0] "nowhere": no upstream, upstream/service, service or group has this name; register it in UPSTREAMS, or remove it',
    "Cannot parse GROUPS.a.policy.quorum 3: more than its critical members, which are 2; write at most 2",
  ],
  [
    { a: ["search"] },
    'Cannot parse GROUPS.a.policy: no member is critical; make one critical, as { name = "checkout", critical = true }',
  ],
  [
    { a: [{ name: "checkout", critical: false }] },
    'Cannot parse GROUPS.a.policy: no member is critical; make one critical, as { name = "checkout", critical = true }',
  ],
  [
    { a: { members: [], policy: "any" } },
    'Cannot parse GROUPS.a.policy "any": no member is critical; make one critical, as { name = "checkout", critical = true }',
  ],
  [
    { a: { members: [], policy: { quorum: 1 } } },
    'Cannot parse GROUPS.a.policy: no member is critical; make one critical, as { name = "checkout", critical = true }',
  ],
  [
    { a: { members: ["checkout", "search"], policy: { quorum: 2 } } },
    "Cannot parse GROUPS.a.policy.quorum 2: more than its critical members, which are 1; write at most 1",
  ],
  [
    { a: { members: ["checkout"], policy: { quorum: 0 } } },
    "Cannot parse GROUPS.a.policy.quorum 0: out of range; write 1..1000 in digits",
  ],
  [
    { a: { members: ["checkout"], policy: { k: 2 } } },
    "Cannot parse GROUPS.a.policy.k: unknown field; the fields are quorum",
    "Cannot parse GROUPS.a.policy.quorum: missing; write how many members must serve",
  ],
  [
    { a: { members: ["checkout"], policy: "most" } },
    'Cannot parse GROUPS.a.policy "most": no policy; write "all", "any" or { quorum = 2 }',
  ],
  [{ liveness: [] }, "Cannot parse GROUPS.liveness: liveness is a name of Rollcall's own; rename the group"],
  [{ readiness: [] }, "Cannot parse GROUPS.readiness: readiness is a name of Rollcall's own; rename the group"],
  [{ checkout: [] }, "Cannot parse GROUPS.checkout: an upstream has this name too; rename the group"],
  [{ "acme.X": [] }, 'Cannot parse GROUPS["acme.X"]: a service has this name too; rename the group'],
  [
    { "checkout/acme.X": [] },
    'Cannot parse GROUPS["checkout/acme.X"]: a service of an upstream has this name too; rename the group',
  ],
  [
    { "a\nb": [] },
    'Cannot parse GROUPS["a\\nb"] "a\\nb": it has control characters; remove them (a value read from a file may end with a line break)',
  ],
];

Deno.test("parseConfig() tells what is wrong with each group, and how to mend it", () => {
  for (const [GROUPS, ...problems] of BAD_GROUPS) {
    assert.deepEqual(parseConfig({ UPSTREAMS, GROUPS }, "workers").problems, problems);
  }
});

Deno.test("parseConfig() does not look members up while UPSTREAMS is unreadable", () => {
  assert.deepEqual(parseConfig({ UPSTREAMS: "[{", GROUPS: { a: ["nowhere"], b: 5 } }, "deno").problems, [
    "Cannot parse UPSTREAMS ***: not JSON at line 1 column 3; correct the JSON text",
    "Cannot parse GROUPS.b 5: not a table; write one with the fields members, policy",
  ]);
});

Deno.test("parseConfig() makes a member critical by default as its upstream is, and a service always", () => {
  const GROUPS = {
    a: ["checkout", "search", "search/", "checkout/acme.X", "acme.X", { name: "search/", critical: 1 }],
  };
  const { registry } = parseConfig({ UPSTREAMS, GROUPS: { ...GROUPS, a: GROUPS.a.slice(0, 5) } }, "deno");
  assert.deepEqual(registry.groups[0]?.members.map(({ isCritical }) => isCritical), [true, false, false, true, true]);
  const override = { a: [{ name: "checkout", critical: false }, { name: "search", critical: "true" }] };
  const { registry: other } = parseConfig({ UPSTREAMS, GROUPS: override }, "deno");
  assert.deepEqual(other.groups[0]?.members.map(({ isCritical }) => isCritical), [false, true]);
});

Deno.test("parseConfig() takes groups as members, critical by default, whichever is written first", () => {
  const GROUPS = {
    "": ["world", { name: "eu", critical: false }],
    world: { members: ["eu", "checkout"], policy: { quorum: 2 } },
    eu: ["search", { name: "checkout", critical: true }],
    diamond: ["world", "eu"],
  };
  const { registry, problems } = parseConfig({ UPSTREAMS, GROUPS }, "workers");
  assert.deepEqual(problems, []);
  assert.deepEqual(registry.groups.map(({ members }) => members), [
    [{ name: "world", isCritical: true }, { name: "eu", isCritical: false }],
    [{ name: "eu", isCritical: true }, { name: "checkout", isCritical: true }],
    [{ name: "search", isCritical: false }, { name: "checkout", isCritical: true }],
    [{ name: "world", isCritical: true }, { name: "eu", isCritical: true }],
  ]);
});

Deno.test("parseConfig() takes a fleet without a critical upstream when a group says what the fleet is", () => {
  const optional = UPSTREAMS.map((upstream) => ({ ...upstream, critical: false }));
  const GROUPS = { "": { members: [{ name: "checkout", critical: true }], policy: "any" } };
  assert.deepEqual(parseConfig({ UPSTREAMS: optional, GROUPS }, "deno").problems, []);
});

const LISTING = [
  ...UPSTREAMS,
  { name: "edge", url: "https://edge.acme.com", services: "*", critical: false },
];

Deno.test("parseConfig() takes any service of an upstream that discovers them as a member", () => {
  const GROUPS = {
    a: [
      "edge/acme.Y",
      { name: "edge/", critical: true },
      { name: "edge", critical: true },
      "edge/a/b",
      "checkout/acme.X",
    ],
  };
  const { registry, problems } = parseConfig({ UPSTREAMS: LISTING, GROUPS }, "deno");
  assert.deepEqual(problems, []);
  assert.deepEqual(registry.groups[0]?.members, [
    { name: "edge/acme.Y", isCritical: false },
    { name: "edge/", isCritical: true },
    { name: "edge", isCritical: true },
    { name: "edge/a/b", isCritical: false },
    { name: "checkout/acme.X", isCritical: true },
  ]);
});

Deno.test("parseConfig() tells what is wrong with names where an upstream discovers its services", () => {
  const unknown = "no upstream, upstream/service, service or group has this name";
  const rows: readonly (readonly [GROUPS: unknown, problem: string])[] = [
    [
      { a: ["acme.Y"] },
      `Cannot parse GROUPS.a[0] "acme.Y": ${unknown}; did you mean "acme.X"? (or write "edge/acme.Y", if "edge" lists it)`,
    ],
    [
      { a: ["nowhere"] },
      `Cannot parse GROUPS.a[0] "nowhere": ${unknown}; register it in UPSTREAMS, or remove it (or write "edge/nowhere", if "edge" lists it)`,
    ],
    [
      { a: ["edgy/nowhere"] },
      `Cannot parse GROUPS.a[0] "edgy/nowhere": ${unknown}; register it in UPSTREAMS, or remove it`,
    ],
    [{ a: ["edge/*"] }, `Cannot parse GROUPS.a[0] "edge/*": ${unknown}; write "edge"`],
    [
      { "edge/acme.Y": [] },
      'Cannot parse GROUPS["edge/acme.Y"]: a service of an upstream has this name too; rename the group',
    ],
  ];
  for (const [GROUPS, problem] of rows) {
    assert.deepEqual(parseConfig({ UPSTREAMS: LISTING, GROUPS }, "deno").problems, [problem]);
  }
  const other = { name: "b", url: "https://b.acme.com", services: ["edge/acme.Y"] };
  assert.deepEqual(parseConfig({ UPSTREAMS: [...LISTING, other] }, "deno").problems, [
    'Cannot parse UPSTREAMS[3].services "edge/acme.Y" of upstream "b": it reads like a service of another upstream; rename that upstream',
  ]);
});
