import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";

const CHECKOUT = { name: "checkout", url: "https://checkout.acme.com" };

// Each row is laid over a good upstream.
const BAD_FIELDS: readonly (readonly [given: object, ...problems: string[]])[] = [
  [
    { timeoutMs: 0 },
    'Cannot parse UPSTREAMS[0].timeoutMs 0 of upstream "checkout": out of range; write 1..20000 in digits',
  ],
  [
    { timeoutMs: "1.5" },
    'Cannot parse UPSTREAMS[0].timeoutMs "1.5" of upstream "checkout": not a whole number; write 1..20000 in digits',
  ],
  [
    { timeoutMs: 2147483648 },
    'Cannot parse UPSTREAMS[0].timeoutMs 2147483648 of upstream "checkout": out of range; write 1..20000 in digits',
  ],
  [
    { timeoutMs: {} },
    'Cannot parse UPSTREAMS[0].timeoutMs of upstream "checkout": not a whole number; write 1..20000 in digits',
  ],
  [
    { ttlMs: true },
    'Cannot parse UPSTREAMS[0].ttlMs true of upstream "checkout": not a whole number; write 1..2147483647 in digits',
  ],
  [
    { ttlMs: "15s" },
    'Cannot parse UPSTREAMS[0].ttlMs "15s" of upstream "checkout": not a whole number; write 1..2147483647 in digits',
  ],
  [
    { critical: "perhaps" },
    'Cannot parse UPSTREAMS[0].critical "perhaps" of upstream "checkout": not a boolean; write true or false',
  ],
  [{ critical: [] }, 'Cannot parse UPSTREAMS[0].critical of upstream "checkout": not a boolean; write true or false'],
  [
    { timeout_ms: 5 },
    'Cannot parse UPSTREAMS[0].timeout_ms of upstream "checkout": unknown field; did you mean timeoutMs? The fields are name, url, protocol, kind, codec, services, method, expectStatus, expectJson, timeoutMs, ttlMs, critical, headers, via, authority, ca, cert, key, serverName, watch',
  ],
  [
    { protocl: "connect" },
    'Cannot parse UPSTREAMS[0].protocl of upstream "checkout": unknown field; did you mean protocol? The fields are name, url, protocol, kind, codec, services, method, expectStatus, expectJson, timeoutMs, ttlMs, critical, headers, via, authority, ca, cert, key, serverName, watch',
  ],
  [
    { zebra: "x" },
    'Cannot parse UPSTREAMS[0].zebra of upstream "checkout": unknown field; the fields are name, url, protocol, kind, codec, services, method, expectStatus, expectJson, timeoutMs, ttlMs, critical, headers, via, authority, ca, cert, key, serverName, watch',
  ],
  [
    { name: "a/b" },
    'Cannot parse UPSTREAMS[0].name "a/b": it has a /, which separates upstream and service; write another character',
  ],
  [
    { name: "readiness" },
    'Cannot parse UPSTREAMS[0].name "readiness": readiness is a name of Rollcall\'s own; rename the upstream',
  ],
  [{ name: "" }, 'Cannot parse UPSTREAMS[0].name "": empty; write some text'],
  [{ name: 5 }, "Cannot parse UPSTREAMS[0].name 5: not text; write it in quotes"],
  [
    { name: "a\nb" },
    'Cannot parse UPSTREAMS[0].name "a\\nb": it has control characters; remove them (a value read from a file may end with a line break)',
  ],
  [
    { name: "a\ud800" },
    'Cannot parse UPSTREAMS[0].name "a\\ud800": it has half a surrogate pair; write whole characters',
  ],
];

const BAD_LISTS: readonly (readonly [env: { UPSTREAMS: unknown }, ...problems: string[]])[] = [
  [{ UPSTREAMS: "[{" }, "Cannot parse UPSTREAMS ***: not JSON at line 1 column 3; correct the JSON text"],
  [
    { UPSTREAMS: '[{"headers":{"a":"hunter2"} x]' },
    "Cannot parse UPSTREAMS ***: not JSON at line 1 column 29; correct the JSON text",
  ],
  [{ UPSTREAMS: '["hunter2' }, "Cannot parse UPSTREAMS ***: not JSON at line 1 column 10; correct the JSON text"],
  [{ UPSTREAMS: { name: "x" } }, "Cannot parse UPSTREAMS: not a list; write [[vars.UPSTREAMS]] tables, or a JSON list"],
  [{ UPSTREAMS: 5 }, "Cannot parse UPSTREAMS ***: not a list; write [[vars.UPSTREAMS]] tables, or a JSON list"],
  [
    { UPSTREAMS: ["https://u:hunter2@x.acme.com", null] },
    "Cannot parse UPSTREAMS[0] ***: not a table; write one with the fields name, url, protocol, kind, codec, services, method, expectStatus, expectJson, timeoutMs, ttlMs, critical, headers, via, authority, ca, cert, key, serverName, watch",
    "Cannot parse UPSTREAMS[1]: not a table; write one with the fields name, url, protocol, kind, codec, services, method, expectStatus, expectJson, timeoutMs, ttlMs, critical, headers, via, authority, ca, cert, key, serverName, watch",
  ],
  [
    { UPSTREAMS: [{}] },
    "Cannot parse UPSTREAMS[0].name: missing; give the upstream a name of its own",
    "Cannot parse UPSTREAMS[0].url: missing; write one, such as https://checkout.example.com, or use protocol push or satellite",
  ],
  [
    { UPSTREAMS: [{ name: "a", url: "https://checkout.acme.com" }, { name: "a", url: "https://checkout.acme.com" }] },
    'Cannot parse UPSTREAMS[1].name "a": UPSTREAMS[0] has this name too; rename one',
  ],
  [
    { UPSTREAMS: [{ name: "checkout", url: "https://checkout.acme.com", services: ["checkout"] }] },
    'Cannot parse UPSTREAMS[0].name "checkout": a service has this name too; rename the upstream',
  ],
  [
    {
      UPSTREAMS: [{ name: "checkout", url: "https://checkout.acme.com" }, {
        name: "b",
        url: "https://checkout.acme.com",
        services: ["checkout/"],
      }],
    },
    'Cannot parse UPSTREAMS[1].services "checkout/" of upstream "b": it reads like a service of another upstream; rename that upstream',
  ],
  [
    { UPSTREAMS: [{ name: "checkout", url: "https://checkout.acme.com", critical: false }] },
    'Cannot parse UPSTREAMS: no upstream is critical and GROUPS has no ""; make an upstream critical, or write the group ""',
  ],
];

Deno.test("parseConfig() tells what is wrong with each field of an upstream, and how to mend it", () => {
  for (const [given, ...problems] of BAD_FIELDS) {
    assert.deepEqual(parseConfig({ UPSTREAMS: [{ ...CHECKOUT, ...given }] }, "workers").problems, problems);
  }
});

Deno.test("parseConfig() tells what is wrong with the list of upstreams, and how to mend it", () => {
  for (const [env, ...problems] of BAD_LISTS) assert.deepEqual(parseConfig(env, "workers").problems, problems);
});

Deno.test("parseConfig() refuses a name over 100 characters, and shows its beginning", () => {
  const [problem, ...others] = parseConfig({ UPSTREAMS: [{ ...CHECKOUT, name: "x".repeat(101) }] }, "deno").problems;
  const shown = `${"x".repeat(80)}…`;
  assert.deepEqual(others, []);
  assert.equal(problem, `Cannot parse UPSTREAMS[0].name "${shown}": too long; write at most 100 characters`);
  assert.deepEqual(parseConfig({ UPSTREAMS: [{ ...CHECKOUT, name: "x".repeat(100) }] }, "deno").problems, []);
});
