import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";

const CHECKOUT = { name: "checkout", url: "https://checkout.acme.com" };

// Each row is laid over a good upstream.
const BAD_FIELDS: readonly (readonly [given: object, ...problems: string[]])[] = [
  [
    { protocol: "auto" },
    'Cannot parse UPSTREAMS[0].protocol "auto" of upstream "checkout": this version does not speak it over https:// yet; use https:// or http:// with grpc-web or connect',
  ],
  [
    { protocol: "grpc" },
    'Cannot parse UPSTREAMS[0].protocol "grpc" of upstream "checkout": this version does not speak it over https:// yet; use https:// or http:// with grpc-web or connect',
  ],
  [
    { protocol: "Connect" },
    'Cannot parse UPSTREAMS[0].protocol "Connect" of upstream "checkout": no protocol for https://; use https:// or http:// with grpc-web or connect',
  ],
  [
    { protocol: 7 },
    'Cannot parse UPSTREAMS[0].protocol 7 of upstream "checkout": no protocol for https://; use https:// or http:// with grpc-web or connect',
  ],
  [
    { url: "grpc://a.acme.com:50051", protocol: "grpc" },
    'Cannot parse UPSTREAMS[0].url "grpc://a.acme.com:50051" of upstream "checkout": grpc:// needs protocol grpc or jina, which this version does not speak yet; use https:// or http:// with grpc-web or connect',
  ],
  [
    { url: "grpcs://a.acme.com" },
    'Cannot parse UPSTREAMS[0].url "grpcs://a.acme.com" of upstream "checkout": grpcs:// needs protocol grpc or jina, which this version does not speak yet; use https:// or http:// with grpc-web or connect',
  ],
  [
    { url: "wss://a.acme.com" },
    'Cannot parse UPSTREAMS[0].url "wss://a.acme.com" of upstream "checkout": wss:// needs protocol jina, which this version does not speak yet; use https:// or http:// with grpc-web or connect',
  ],
  [
    { url: "ftp://a.acme.com" },
    'Cannot parse UPSTREAMS[0].url "ftp://a.acme.com" of upstream "checkout": ftp:// is no scheme of an upstream; use https:// or http:// with grpc-web or connect',
  ],
  [
    { url: "constructor://a.acme.com", protocol: "grpc" },
    'Cannot parse UPSTREAMS[0].url "constructor://a.acme.com" of upstream "checkout": constructor:// is no scheme of an upstream; use https:// or http:// with grpc-web or connect',
  ],
  [
    { protocol: "gRPC-web", codec: "json" },
    'Cannot parse UPSTREAMS[0].protocol "gRPC-web" of upstream "checkout": no protocol for https://; use https:// or http:// with grpc-web or connect',
  ],
  [
    { codec: "json" },
    'Cannot parse UPSTREAMS[0].codec "json" of upstream "checkout": grpc-web is always binary; remove it, or use protocol connect',
  ],
  [
    { codec: "xml", protocol: "connect" },
    'Cannot parse UPSTREAMS[0].codec "xml" of upstream "checkout": not one of the choices; write "proto" or "json"',
  ],
  [
    { services: "acme.X" },
    'Cannot parse UPSTREAMS[0].services "acme.X" of upstream "checkout": not a list; write ["acme.CheckoutService"]',
  ],
  [
    { services: [] },
    'Cannot parse UPSTREAMS[0].services of upstream "checkout": empty; name a service, or leave it out for [""]',
  ],
  [
    { services: ["a", "a"] },
    'Cannot parse UPSTREAMS[0].services[1] "a" of upstream "checkout": listed twice; remove one',
  ],
  [{ services: [5] }, 'Cannot parse UPSTREAMS[0].services[0] 5 of upstream "checkout": not text; write it in quotes'],
  [
    { services: ["*"] },
    'Cannot parse UPSTREAMS[0].services[0] "*" of upstream "checkout": this version cannot discover services; list their names',
  ],
  [
    { services: ["b\tc"] },
    'Cannot parse UPSTREAMS[0].services[0] "b\\tc" of upstream "checkout": it has control characters; remove them (a value read from a file may end with a line break)',
  ],
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
    'Cannot parse UPSTREAMS[0].timeout_ms of upstream "checkout": unknown field; did you mean timeoutMs? The fields are name, url, protocol, codec, services, timeoutMs, ttlMs, critical, headers',
  ],
  [
    { protocl: "connect" },
    'Cannot parse UPSTREAMS[0].protocl of upstream "checkout": unknown field; did you mean protocol? The fields are name, url, protocol, codec, services, timeoutMs, ttlMs, critical, headers',
  ],
  [
    { authority: "x" },
    'Cannot parse UPSTREAMS[0].authority of upstream "checkout": unknown field; the fields are name, url, protocol, codec, services, timeoutMs, ttlMs, critical, headers',
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
    "Cannot parse UPSTREAMS[0] ***: not a table; write one with the fields name, url, protocol, codec, services, timeoutMs, ttlMs, critical, headers",
    "Cannot parse UPSTREAMS[1]: not a table; write one with the fields name, url, protocol, codec, services, timeoutMs, ttlMs, critical, headers",
  ],
  [
    { UPSTREAMS: [{}] },
    "Cannot parse UPSTREAMS[0].name: missing; give the upstream a name of its own",
    "Cannot parse UPSTREAMS[0].url: missing; write one, such as https://checkout.example.com",
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
