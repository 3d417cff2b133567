import assert from "node:assert/strict";
import { createRollcall, memoryAuthority, type RollcallOptions } from "../../src/embed.ts";
import { denoPlatform } from "../../src/embed/deno.ts";

/** As JavaScript takes it: what it says is not what its type says. */
function untyped(options: Readonly<Record<string, unknown>>): RollcallOptions {
  return { upstreams: [], ...options };
}

/** The problems of the error that tells them; it begins with a line of its own. */
function problemsOf(options: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    createRollcall(untyped(options));
  } catch (error) {
    assert.ok(error instanceof TypeError);
    const [first, ...problems] = error.message.split("\n");
    assert.equal(first, "Cannot create a Rollcall: its options have errors");
    return problems;
  }
  return [];
}

const SHOP = { name: "shop", url: "https://shop.example.com", protocol: "http" };

Deno.test("createRollcall() throws all errors at once, in the words of the options, and shows no secret", () => {
  assert.deepEqual(
    problemsOf({
      upstreams: [
        { ...SHOP, timeout: 5 },
        { name: "TTL_MS", url: "https://10.0.0.1", protocol: "http" },
        { ...SHOP, name: "cart", headers: { authorization: "secret:UPSTREAM_CART" } },
      ],
      groups: { all: ["shop", "kart"] },
      ttlMs: 60_000,
      readToken: "hunter2",
      basePath: "fleet/",
      bindings: {},
    }).map((problem) => problem.replace(/the fields are .*$|The fields are .*$/, "…")),
    [
      "Cannot parse options.bindings: unknown field; …",
      "Cannot parse ttlMs 60000: above 29999, while staleMs is 30000; lower it or raise staleMs",
      "Cannot parse readToken ***: too short; write at least 16 characters",
      'Cannot parse upstreams[0].timeout of upstream "shop": unknown field; did you mean timeoutMs? …',
      'Cannot parse upstreams[1].url "https://10.0.0.1" of upstream "TTL_MS": 10.0.0.1 is a private address; use a public one, on ' +
      "Workers reach it by via, or set allowPrivateUpstreams = true where this process is inside that network",
      'Cannot parse upstreams[2].headers.authorization *** of upstream "cart": the secret UPSTREAM_CART is not set; ' +
      "pass it as env: { UPSTREAM_CART: … }",
      'Cannot parse groups.all[1] "kart": no upstream, upstream/service, service or group has this name; did you mean ' +
      '"cart"?',
      'Cannot parse basePath "fleet/": not the path of a mount; write it as /fleet',
    ],
  );
});

Deno.test("createRollcall() takes every knob under the name that it has", () => {
  const knobs = {
    ttlMs: 1_000,
    staleMs: 2_000,
    expireMs: 300_000,
    probeTimeoutMs: 500,
    deadlineMs: 1_000,
    rise: 2,
    concurrency: 3,
    probesPerInvocation: Infinity,
    kvWriteEveryMs: 10_000,
    kvWritesPerDay: 100,
    watchMaxMs: 5_000,
    listMax: 10,
    dryRunFailureStatus: 200,
  };
  assert.deepEqual(problemsOf({ upstreams: [SHOP], ...knobs }), []);
  for (const name of Object.keys(knobs)) {
    assert.match(problemsOf({ upstreams: [SHOP], [name]: "?" })[0] ?? "", new RegExp(`^Cannot parse ${name} "\\?": `));
  }
});

Deno.test("createRollcall() refuses what fetch alone cannot ask, and takes it when the platform can", () => {
  const upstreams = [
    { name: "a", url: "grpc://a.example.com" },
    { name: "b", url: "https://b.example.com" },
    { name: "c", url: "wss://c.example.com" },
    { name: "d", url: "https://d.example.com", protocol: "connect", watch: true },
    { name: "e", url: "https://e.example.com", protocol: "grpc-web", authority: "e.internal" },
    { name: "f", url: "https://f.example.com", protocol: "http", ca: PEM },
  ];
  const fix = ", or pass platform: denoPlatform() of embed/deno.ts";
  assert.deepEqual(problemsOf({ upstreams }), [
    'Cannot parse protocol of upstream "a": native gRPC needs more than fetch; name another: grpc-web, connect, jina or ' +
    `http${fix}`,
    'Cannot parse protocol of upstream "b": auto may need native gRPC; name another: grpc-web, connect, jina or http' +
    fix,
    `Cannot parse url of upstream "c": its scheme needs more than fetch; use https:// or http://${fix}`,
    `Cannot parse watch of upstream "d": nobody keeps streams here; remove it${fix}`,
    `Cannot parse authority of upstream "e": fetch sends the URL's host; remove it${fix}`,
    `Cannot parse ca, cert, key, serverName of upstream "f": fetch takes none; remove it${fix}`,
  ]);
  const unwatched = upstreams.filter(({ name }) => name !== "d");
  assert.deepEqual(problemsOf({ upstreams: unwatched, platform: denoPlatform() }), []);
});

Deno.test("createRollcall() refuses an upstream that tells its status where nothing keeps what it tells", async () => {
  const upstreams = [{ name: "batch", protocol: "push" }] as const;
  assert.match(
    problemsOf({ upstreams })[0] ?? "",
    /^Cannot parse protocol "push" of upstream "batch": there is no place/,
  );
  await createRollcall({ upstreams, authority: memoryAuthority() }).close();
});

Deno.test("createRollcall() heeds secrets and bindings of env, and no variable that is another's", () => {
  const headers = { authorization: "secret:UPSTREAM_SHOP" };
  const env = { UPSTREAM_SHOP: "hunter2", TTL_MS: "?", PORT: "?", PUSH_TO: "?", UPSTREAMS: [{}], GROUPS: "?" };
  assert.deepEqual(problemsOf({ upstreams: [{ ...SHOP, headers }], env }), []);
});

const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
