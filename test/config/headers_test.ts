import assert from "node:assert/strict";
import fc from "fast-check";
import { parseConfig } from "../../src/config.ts";

const CHECKOUT = { name: "checkout", url: "https://checkout.acme.com" };
const SECRETS = { UPSTREAM_OBJECT: { get: 1 }, UPSTREAM_BROKEN: "hunter2\r\nx: y", READ_TOKEN: "0123456789abcdef" };

const BAD_HEADERS: readonly (readonly [headers: unknown, ...problems: string[]])[] = [
  [
    "Bearer hunter2",
    'Cannot parse UPSTREAMS[0].headers *** of upstream "checkout": not a table; write { name = "value" }',
  ],
  [["hunter2"], 'Cannot parse UPSTREAMS[0].headers of upstream "checkout": not a table; write { name = "value" }'],
  [
    { "a b": "hunter2" },
    'Cannot parse UPSTREAMS[0].headers["a b"] *** of upstream "checkout": no name of a header; write letters, digits and dashes',
  ],
  [
    { A: "hunter2", a: "hunter3" },
    'Cannot parse UPSTREAMS[0].headers.a *** of upstream "checkout": the same header again in other case; keep one',
  ],
  [
    { te: "hunter2" },
    'Cannot parse UPSTREAMS[0].headers.te *** of upstream "checkout": the probe sets this header itself; remove it',
  ],
  [
    { "Content-Type": "hunter2" },
    'Cannot parse UPSTREAMS[0].headers.Content-Type *** of upstream "checkout": the probe sets this header itself; remove it',
  ],
  [
    { Host: "hunter2" },
    'Cannot parse UPSTREAMS[0].headers.Host *** of upstream "checkout": the probe sets this header itself; remove it',
  ],
  [
    { "grpc-timeout": "hunter2" },
    'Cannot parse UPSTREAMS[0].headers.grpc-timeout *** of upstream "checkout": the probe sets this header itself; remove it',
  ],
  [
    { "connect-protocol-version": "hunter2" },
    'Cannot parse UPSTREAMS[0].headers.connect-protocol-version *** of upstream "checkout": the probe sets this header itself; remove it',
  ],
  ...["rollcall-hops", "Sec-WebSocket-Protocol"].map((name) =>
    [
      { [name]: "hunter2" },
      `Cannot parse UPSTREAMS[0].headers.${name} *** of upstream "checkout": the probe sets this header itself; remove it`,
    ] as const
  ),
  [
    { ":authority": "hunter2" },
    'Cannot parse UPSTREAMS[0].headers[":authority"] *** of upstream "checkout": no name of a header; write letters, digits and dashes',
  ],
  [{ x: 5 }, 'Cannot parse UPSTREAMS[0].headers.x *** of upstream "checkout": not text; write it in quotes'],
  [
    { x: "hunter2\n" },
    'Cannot parse UPSTREAMS[0].headers.x *** of upstream "checkout": it has control or non-Latin-1 characters; remove them (a value piped in may end with a line break)',
  ],
  [
    { x: "hunter2\u0000" },
    'Cannot parse UPSTREAMS[0].headers.x *** of upstream "checkout": it has control or non-Latin-1 characters; remove them (a value piped in may end with a line break)',
  ],
  [
    { x: "hunter→" },
    'Cannot parse UPSTREAMS[0].headers.x *** of upstream "checkout": it has control or non-Latin-1 characters; remove them (a value piped in may end with a line break)',
  ],
  [
    { x: "secret:UPSTREAM_GONE" },
    'Cannot parse UPSTREAMS[0].headers.x *** of upstream "checkout": the secret UPSTREAM_GONE is not set; run wrangler secret put UPSTREAM_GONE, or add it to .dev.vars for wrangler dev',
  ],
  [
    { x: "secret:UPSTREAM_OBJECT" },
    'Cannot parse UPSTREAMS[0].headers.x *** of upstream "checkout": the secret UPSTREAM_OBJECT is not set; run wrangler secret put UPSTREAM_OBJECT, or add it to .dev.vars for wrangler dev',
  ],
  [
    { x: "secret:UPSTREAM_BROKEN" },
    'Cannot parse UPSTREAMS[0].headers.x *** of upstream "checkout": it has control or non-Latin-1 characters; remove them (a value piped in may end with a line break)',
  ],
  [
    { x: "secret:READ_TOKEN" },
    'Cannot parse UPSTREAMS[0].headers.x *** of upstream "checkout": its secret\'s name does not begin with UPSTREAM_; rename it, as in secret:UPSTREAM_TOKEN',
  ],
  [
    { x: "secret:hunter2" },
    'Cannot parse UPSTREAMS[0].headers.x *** of upstream "checkout": its secret\'s name does not begin with UPSTREAM_; rename it, as in secret:UPSTREAM_TOKEN',
  ],
  [
    { x: "Bearer secret:UPSTREAM_X" },
    'Cannot parse UPSTREAMS[0].headers.x *** of upstream "checkout": a secret: reference stands for the whole value; put the rest of the value into the secret',
  ],
];

Deno.test("parseConfig() tells what is wrong with each header, and shows no value", () => {
  for (const [headers, ...problems] of BAD_HEADERS) {
    const env = { ...SECRETS, UPSTREAMS: [{ ...CHECKOUT, headers }] };
    assert.deepEqual(parseConfig(env, "workers").problems, problems);
  }
});

Deno.test("parseConfig() says how to set a missing secret on Deno", () => {
  const env = { UPSTREAMS: [{ ...CHECKOUT, headers: { x: "secret:UPSTREAM_GONE" } }] };
  assert.deepEqual(parseConfig(env, "deno").problems, [
    'Cannot parse UPSTREAMS[0].headers.x *** of upstream "checkout": the secret UPSTREAM_GONE is not set; set the environment variable UPSTREAM_GONE',
  ]);
});

Deno.test("parseConfig() keeps every header of any name, __proto__ too", () => {
  const UPSTREAMS = `[{"name": "a", "url": "https://a.acme.com", "headers": {"__proto__": "1", "X-Tenant": ""}}]`;
  const { registry, problems } = parseConfig({ UPSTREAMS }, "deno");
  assert.deepEqual(problems, []);
  assert.deepEqual(Object.entries(registry.upstreams[0]?.headers ?? {}), [["__proto__", "1"], ["x-tenant", ""]]);
});

// Marked, so that finding it in a problem is no accident.
const secret = fc.tuple(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })).map(([before, after]) =>
  `${before}hunter2${after}`
);
const headerName = fc.constantFrom("authorization", "x-key", "te", "a b", "X-Key", "grpc-timeout", "");
const headers = fc.oneof(
  fc.dictionary(headerName, fc.oneof(secret, secret.map((text) => `secret:${text}`), fc.constant("secret:UPSTREAM_A"))),
  fc.dictionary(headerName, fc.array(secret)),
  fc.array(secret),
  secret,
);
const upstream = fc.oneof(
  fc.record({ name: fc.constantFrom("a", "b/c"), url: fc.constantFrom("https://a.acme.com", "x"), headers }),
  fc.record({ name: fc.constant("a"), url: secret.map((text) => `https://${encodeURIComponent(text)}@a.acme.com`) }),
  fc.record({ name: fc.constant("a"), header: headers }),
  fc.record({
    name: fc.constant("a"),
    url: fc.constantFrom("grpcs://a.acme.com", "grpc://a.acme.com"),
    ca: fc.oneof(secret, headers),
    cert: fc.oneof(secret, fc.constant("secret:UPSTREAM_A")),
    key: fc.oneof(secret, fc.constant("secret:UPSTREAM_A")),
  }),
  fc.record({ name: headers.filter((value) => typeof value !== "string"), url: headers.filter(Array.isArray) }),
  secret,
  fc.array(secret),
);

Deno.test("parseConfig() shows no header value, no certificate, no key and no secret in any problem", () => {
  const env = fc.record({
    UPSTREAMS: fc.oneof(
      fc.array(upstream),
      fc.array(upstream).map((list) => JSON.stringify(list)),
      fc.array(upstream).map((list) => JSON.stringify(list).slice(0, -3)),
      secret,
    ),
    UPSTREAM_A: secret,
    READ_TOKEN: secret,
  });
  let problemsSeen = 0;
  fc.assert(
    fc.property(env, fc.constantFrom("workers", "deno"), (env, platform) => {
      const { problems } = parseConfig(env, platform);
      problemsSeen += problems.length;
      for (const problem of problems) assert.equal(problem.includes("hunter2"), false, problem);
    }),
    { numRuns: 1000 },
  );
  assert.ok(problemsSeen > 1000);
});
