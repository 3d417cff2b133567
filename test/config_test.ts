import assert from "node:assert/strict";
import fc from "fast-check";
import { type Config, parseConfig } from "../src/config.ts";
import { DEFAULT_KNOBS, type Platform } from "../src/core/knobs.ts";
import { UPSTREAM_FIELDS } from "../src/config/upstream-fields.ts";
import { PROTOCOLS, type Registry } from "../src/core/registry.ts";
import { CA, CLIENT } from "./support/tls.ts";

const CHECKOUT = { name: "checkout", url: "https://checkout.acme.com" };
const EMPTY: Registry = { upstreams: [], groups: [] };
const PLATFORMS: readonly Platform[] = ["workers", "deno"];

/** A configuration without what is to be done with it. */
type Said = Omit<Config, "join">;

function said(env: Readonly<Record<string, unknown>>, platform: Platform): Said {
  const { join: _, ...rest } = parseConfig(env, platform);
  return rest;
}

Deno.test("parseConfig() gives every default when nothing is set", () => {
  const server = {
    host: "0.0.0.0",
    port: 8787,
    grpcPort: 50_051,
    grpcTls: undefined,
    drainMs: 2_000,
    kvPath: "./rollcall.sqlite3",
    refreshEveryMs: 20_000,
  };
  const shared = {
    ttlMs: 15_000,
    staleMs: 30_000,
    expireMs: 600_000,
    probeTimeoutMs: 1_500,
    deadlineMs: 2_500,
    rise: 1,
    kvWriteEveryMs: 300_000,
    kvWritesPerDay: 900,
    listMax: 100,
    dryRunFailureStatus: 503,
  } as const;
  const knobs = {
    workers: { ...shared, concurrency: 5, probesPerInvocation: 45, watchMaxMs: 55_000 },
    deno: { ...shared, concurrency: 64, probesPerInvocation: Infinity, watchMaxMs: 3_600_000 },
  };
  for (const platform of PLATFORMS) {
    assert.deepEqual(
      said({}, platform),
      {
        registry: EMPTY,
        knobs: knobs[platform],
        readToken: undefined,
        pushToken: undefined,
        adminToken: undefined,
        canary: undefined,
        push: undefined,
        server,
        place: undefined,
        isPrivateAllowed: false,
        problems: [],
      } satisfies Said,
    );
  }
});

Deno.test("parseConfig() gives every default of an upstream", () => {
  assert.deepEqual(parseConfig({ UPSTREAMS: [CHECKOUT] }, "workers").registry.upstreams, [{
    name: "checkout",
    url: "https://checkout.acme.com",
    protocol: "auto",
    codec: "proto",
    services: [""],
    timeoutMs: 1_500,
    ttlMs: 15_000,
    critical: true,
    headers: {},
  }]);
});

Deno.test("parseConfig() takes an upstream's timeoutMs and ttlMs from the fleet's knobs", () => {
  const env = { UPSTREAMS: [CHECKOUT], PROBE_TIMEOUT_MS: 700, TTL_MS: "9000" };
  const [upstream] = parseConfig(env, "deno").registry.upstreams;
  assert.deepEqual([upstream?.timeoutMs, upstream?.ttlMs], [700, 9_000]);
});

const PAIR = { cert: "secret:UPSTREAM_CERT", key: "secret:UPSTREAM_KEY" };
const SECRETS = { UPSTREAM_CA: CA, UPSTREAM_CERT: CLIENT.cert, UPSTREAM_KEY: CLIENT.key };

const TYPED = {
  UPSTREAMS: [
    {
      ...CHECKOUT,
      protocol: "connect",
      codec: "json",
      services: ["", "acme.CheckoutService"],
      timeoutMs: 900,
      ttlMs: 5_000,
      critical: true,
      headers: { Authorization: "secret:UPSTREAM_TOKEN", "x-tenant": "blue" },
    },
    { name: "search", url: "http://Search.Acme.com:8080/grpc//", critical: false },
    {
      name: "site",
      url: "https://site.acme.com/health/",
      protocol: "http",
      method: "GET",
      expectStatus: ["200-204", 301],
      expectJson: { pointer: "/status", equals: "ok" },
      authority: "site.internal:8443",
      ca: "secret:UPSTREAM_CA",
    },
    { name: "flow", url: "grpcs://10.0.0.7", protocol: "jina", kind: "executor", serverName: "flow.acme.com", ...PAIR },
    { name: "pay", url: "grpc://pay.acme.com:50051", watch: true },
    { name: "fleet", url: "https://health.acme.com", services: "*" },
  ],
  GROUPS: {
    "acme.Shop": ["checkout", "search"],
    "eu": { members: [{ name: "search", critical: true }, "checkout/", "acme.CheckoutService"], policy: { quorum: 2 } },
    "spare": { members: ["checkout"], policy: "any" },
    "none": [],
    "": { members: ["checkout"], policy: "all" },
  },
  TTL_MS: 10_000,
  STALE_MS: 20_000,
  EXPIRE_MS: 400_000,
  PROBE_TIMEOUT_MS: 1_000,
  DEADLINE_MS: 2_000,
  RISE: 2,
  CONCURRENCY: 4,
  PROBES_PER_INVOCATION: 900,
  KV_WRITE_EVERY_MS: 60_000,
  KV_WRITES_PER_DAY: 500,
  WATCH_MAX_MS: 30_000,
  LIST_MAX: 50,
  DRY_RUN_FAILURE_STATUS: 200,
  ALLOW_PRIVATE_UPSTREAMS: true,
  PORT: 0,
  DRAIN_MS: 0,
  REFRESH_EVERY_MS: 5_000,
};
/** Upstreams above with fields that a Worker refuses. */
const DENO_ONLY = new Set(["site", "flow", "pay"]);
/** Of the upstreams above that say nothing else. */
const DEFAULTS = {
  codec: "proto",
  services: [""],
  timeoutMs: 1_000,
  ttlMs: 10_000,
  critical: true,
  headers: {},
} as const;
const WORDS = {
  ...SECRETS,
  UPSTREAM_TOKEN: "Bearer hunter2",
  READ_TOKEN: "0123456789abcdef",
  PUSH_TOKEN: "0123456789abcdeg",
  ADMIN_TOKEN: "0123456789abcdeh",
  PLACE: "rack-7",
  HOST: "::1",
  KV_PATH: ":memory:",
  GRPC_PORT: "off",
  TLS_CERT: "/tls/tls.crt",
  TLS_KEY: "/tls/tls.key",
};

Deno.test("parseConfig() reads every field", () => {
  assert.deepEqual(
    said({ ...TYPED, ...WORDS }, "deno"),
    {
      registry: {
        upstreams: [
          {
            name: "checkout",
            url: "https://checkout.acme.com",
            protocol: "connect",
            codec: "json",
            services: ["", "acme.CheckoutService"],
            timeoutMs: 900,
            ttlMs: 5_000,
            critical: true,
            headers: { authorization: "Bearer hunter2", "x-tenant": "blue" },
          },
          {
            name: "search",
            url: "http://search.acme.com:8080/grpc",
            protocol: "auto",
            codec: "proto",
            services: [""],
            timeoutMs: 1_000,
            ttlMs: 10_000,
            critical: false,
            headers: {},
          },
          {
            ...DEFAULTS,
            name: "site",
            url: "https://site.acme.com/health/",
            protocol: "http",
            http: {
              method: "GET",
              statuses: [{ from: 200, to: 204 }, { from: 301, to: 301 }],
              json: { pointer: "/status", equals: "ok" },
            },
            authority: "site.internal:8443",
            tls: { ca: CA },
          },
          {
            ...DEFAULTS,
            name: "flow",
            url: "grpcs://10.0.0.7",
            protocol: "jina",
            kind: "executor",
            tls: { ...CLIENT, serverName: "flow.acme.com" },
          },
          { ...DEFAULTS, name: "pay", url: "grpc://pay.acme.com:50051", protocol: "grpc", isWatched: true },
          { ...DEFAULTS, name: "fleet", url: "https://health.acme.com", protocol: "auto", services: ["*"] },
        ],
        groups: [
          {
            name: "acme.Shop",
            policy: { kind: "all" },
            members: [{ name: "checkout", isCritical: true }, { name: "search", isCritical: false }],
          },
          {
            name: "eu",
            policy: { kind: "quorum", k: 2 },
            members: [
              { name: "search", isCritical: true },
              { name: "checkout/", isCritical: true },
              { name: "acme.CheckoutService", isCritical: true },
            ],
          },
          { name: "spare", policy: { kind: "any" }, members: [{ name: "checkout", isCritical: true }] },
          { name: "none", policy: { kind: "all" }, members: [] },
          { name: "", policy: { kind: "all" }, members: [{ name: "checkout", isCritical: true }] },
        ],
      },
      knobs: {
        ttlMs: 10_000,
        staleMs: 20_000,
        expireMs: 400_000,
        probeTimeoutMs: 1_000,
        deadlineMs: 2_000,
        rise: 2,
        concurrency: 4,
        probesPerInvocation: 900,
        kvWriteEveryMs: 60_000,
        kvWritesPerDay: 500,
        watchMaxMs: 30_000,
        listMax: 50,
        dryRunFailureStatus: 200,
      },
      readToken: "0123456789abcdef",
      pushToken: "0123456789abcdeg",
      adminToken: "0123456789abcdeh",
      canary: undefined,
      push: undefined,
      server: {
        host: "::1",
        port: 0,
        grpcPort: undefined,
        grpcTls: { certFile: "/tls/tls.crt", keyFile: "/tls/tls.key" },
        drainMs: 0,
        kvPath: ":memory:",
        refreshEveryMs: 5_000,
      },
      place: "rack-7",
      isPrivateAllowed: true,
      problems: [],
    } satisfies Said,
  );
});

Deno.test("parseConfig() reads the typed form and the text form alike", () => {
  for (const platform of PLATFORMS) {
    const [checkout, ...others] = TYPED.UPSTREAMS.filter(({ name }) => platform === "deno" || !DENO_ONLY.has(name));
    const typed = { ...TYPED, UPSTREAMS: [checkout, ...others] };
    const text = Object.fromEntries(
      Object.entries(typed).map((
        [name, value],
      ) => [name, typeof value === "object" ? JSON.stringify(value) : `${value}`]),
    );
    const spelled = { ...checkout, timeoutMs: "900", ttlMs: " 5000 ", critical: "yes" };
    const config = said({ ...typed, ...WORDS }, platform);
    assert.deepEqual(config.problems, []);
    assert.deepEqual(said({ ...text, ...WORDS }, platform), config);
    assert.deepEqual(said({ ...typed, UPSTREAMS: [spelled, ...others], ...WORDS }, platform), config);
  }
});

Deno.test("parseConfig() takes null, empty and blank variables for unset ones", () => {
  const names = [...Object.keys(TYPED), ...Object.keys(WORDS)];
  for (const platform of PLATFORMS) {
    for (const blank of ["", " ", null, undefined]) {
      const env = Object.fromEntries(names.map((name) => [name, blank]));
      assert.deepEqual(said(env, platform), said({}, platform));
    }
  }
});

Deno.test("parseConfig() takes the usual words for booleans", () => {
  const local = { UPSTREAMS: [{ ...CHECKOUT, url: "http://127.0.0.1:50051" }] };
  for (const word of [true, 1, "true", "TRUE", "1", "yes", "on"]) {
    assert.deepEqual(parseConfig({ ...local, ALLOW_PRIVATE_UPSTREAMS: word }, "workers").problems, [], `${word}`);
  }
  for (const word of [false, 0, "false", "0", "No", "off"]) {
    assert.equal(parseConfig({ ...local, ALLOW_PRIVATE_UPSTREAMS: word }, "workers").problems.length, 1, `${word}`);
  }
});

Deno.test("parseConfig() takes PROBES_PER_INVOCATION = unlimited, and a public bare address on Deno", () => {
  assert.equal(parseConfig({ PROBES_PER_INVOCATION: "unlimited" }, "workers").knobs.probesPerInvocation, Infinity);
  const env = { UPSTREAMS: [{ ...CHECKOUT, url: "https://0x08080808:8443" }] };
  assert.equal(parseConfig(env, "deno").registry.upstreams[0]?.url, "https://8.8.8.8:8443");
});

Deno.test("parseConfig() reads the server's variables on Deno only", () => {
  const config = parseConfig({ PORT: "x", HOST: 5 }, "workers");
  assert.deepEqual([config.problems, config.server.port], [[], 8787]);
});

Deno.test("parseConfig() keeps a registry out of use when anything is wrong, and tells everything that is", () => {
  const env = {
    UPSTREAMS: [CHECKOUT, { name: "search", url: "ftp://search.acme.com", ttlMs: 0, critical: "perhaps" }, {}],
    GROUPS: { eu: ["serch"], us: { members: [], policy: "any" } },
    TTL_MS: "soon",
    RISE: 3,
    READ_TOKEN: "0123456789abcdef",
    PORT: 81,
  };
  const config = parseConfig(env, "deno");
  assert.deepEqual([config.registry, config.knobs], [EMPTY, DEFAULT_KNOBS.deno]);
  assert.deepEqual([config.readToken, config.server.port], ["0123456789abcdef", 81]);
  assert.deepEqual(config.problems.map((problem) => problem.split(/[ :]/)[2]), [
    "TTL_MS",
    "UPSTREAMS[1].url",
    "UPSTREAMS[1].ttlMs",
    "UPSTREAMS[1].critical",
    "UPSTREAMS[2].name",
    "UPSTREAMS[2].url",
    "GROUPS.eu[0]",
    "GROUPS.us.policy",
  ]);
});

const anyItem = fc.record(
  {
    ...Object.fromEntries([...UPSTREAM_FIELDS, "zebra"].map((name) => [name, fc.anything()])),
    url: fc.oneof(fc.anything(), fc.constantFrom("https", "grpc", "wss").map((scheme) => `${scheme}://a.acme.com`)),
    protocol: fc.oneof(fc.anything(), fc.constantFrom("auto", ...PROTOCOLS)),
  },
  { requiredKeys: [] },
);
const anyGroup = fc.record({ members: fc.anything(), policy: fc.anything() }, { requiredKeys: [] });
const anyValue = fc.oneof(
  fc.anything(),
  fc.string(),
  fc.json(),
  fc.array(anyItem),
  fc.dictionary(fc.string(), fc.oneof(anyGroup, fc.array(fc.string()))),
);

Deno.test("parseConfig() never throws, and says every problem in one form", () => {
  const names = [...Object.keys(TYPED), ...Object.keys(WORDS)];
  const anyEnv = fc.record(Object.fromEntries(names.map((name) => [name, anyValue])), { requiredKeys: [] });
  fc.assert(
    fc.property(anyEnv, fc.constantFrom(...PLATFORMS), (env, platform) => {
      for (const problem of parseConfig(env, platform).problems) {
        assert.match(problem, /^Cannot parse [A-Z].+: .+; .+$/s);
      }
    }),
    { numRuns: 500 },
  );
});
