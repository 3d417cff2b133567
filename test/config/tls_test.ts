import assert from "node:assert/strict";
import { CA, CLIENT, serverKeyPair } from "../support/tls.ts";
import { problemsOf, read } from "./one-upstream.ts";

const GRPCS = { url: "grpcs://a.acme.com" };
const env = { UPSTREAM_CA: CA, UPSTREAM_CERT: CLIENT.cert, UPSTREAM_KEY: CLIENT.key };
const PAIR = { cert: "secret:UPSTREAM_CERT", key: "secret:UPSTREAM_KEY" };

Deno.test("parseConfig() gives no TLS to an upstream that sets none", () => {
  for (const platform of ["workers", "deno"] as const) assert.ok(!("tls" in read({ upstream: GRPCS, platform })));
});

Deno.test("parseConfig() reads TLS on Deno, as PEM text or by secret, and only what is set", () => {
  const two = CA + serverKeyPair("good").cert;
  const rows: readonly (readonly [given: object, tls: object])[] = [
    [{ ca: CA }, { ca: CA }],
    [{ ca: "secret:UPSTREAM_CA" }, { ca: CA }],
    [{ ca: `subject=Acme\n${two}` }, { ca: `subject=Acme\n${two}` }],
    [{ ca: CA.replaceAll("\n", "\r\n") }, { ca: CA.replaceAll("\n", "\r\n") }],
    [PAIR, CLIENT],
    [{ ...PAIR, cert: CLIENT.cert }, CLIENT],
    [{ serverName: "checkout.internal" }, { serverName: "checkout.internal" }],
    [{ ...PAIR, ca: CA, serverName: "Checkout" }, { ...CLIENT, ca: CA, serverName: "Checkout" }],
  ];
  for (const [given, tls] of rows) {
    assert.deepEqual(read({ upstream: { ...GRPCS, ...given }, platform: "deno", env }).tls, tls);
  }
});

Deno.test("parseConfig() reads PEM text whose line breaks are written as two characters, in JSON and in secrets", () => {
  const flat = (text: string) => text.replaceAll("\n", "\\n");
  const flatEnv = { UPSTREAM_CERT: flat(CLIENT.cert), UPSTREAM_KEY: flat(CLIENT.key) };
  const { tls } = read({ upstream: { ...GRPCS, ...PAIR, ca: flat(CA) }, platform: "deno", env: flatEnv });
  assert.deepEqual(tls, { ca: CA, ...CLIENT });
});

Deno.test("parseConfig() takes another server name wherever Deno can ask for one", () => {
  const rows: readonly (readonly [url: string, protocol: string, isTaken: boolean])[] = [
    ["https", "auto", false],
    ["https", "grpc-web", false],
    ["https", "connect", false],
    ["https", "http", false],
    ["https", "jina", false],
    ["https", "grpc", true],
    ["grpcs", "grpc", true],
    ["grpcs", "jina", true],
    ["wss", "jina", true],
  ];
  for (const [scheme, protocol, isTaken] of rows) {
    const upstream = { url: `${scheme}://a.acme.com`, protocol, ca: CA, serverName: "b.acme.com" };
    const problem = '.serverName "b.acme.com": over https:// only protocol grpc can ask for another name; ' +
      "remove it, or use protocol grpc";
    assert.deepEqual(problemsOf({ upstream, platform: "deno" }), isTaken ? [] : [problem], scheme + protocol);
  }
});

Deno.test("parseConfig() tells what is wrong with TLS on Deno, and shows neither certificate nor key", () => {
  const noCertificate = "no PEM text; write the text itself, no file's name; it holds -----BEGIN CERTIFICATE-----";
  const noKey =
    "no PEM text; write the text itself, no file's name; it holds -----BEGIN PRIVATE KEY-----, without a passphrase";
  const encrypted = CLIENT.key.replaceAll("PRIVATE", "ENCRYPTED PRIVATE");
  const rows: readonly (readonly [given: object, ...problems: string[]])[] = [
    [{ ca: "hunter2" }, `.ca ***: ${noCertificate}`],
    [{ ca: CLIENT.key }, `.ca ***: ${noCertificate}`],
    [{ ca: CA.slice(0, 200) }, `.ca ***: ${noCertificate}`],
    [{ ca: ["hunter2"] }, ".ca: not text; write it in quotes"],
    [
      { ca: "secret:UPSTREAM_GONE" },
      ".ca ***: the secret UPSTREAM_GONE is not set; set the environment variable UPSTREAM_GONE",
    ],
    [
      { ca: "secret:READ_TOKEN" },
      ".ca ***: its secret's name does not begin with UPSTREAM_; rename it, as in secret:UPSTREAM_TOKEN",
    ],
    [{ cert: CLIENT.cert }, '.cert ***: it has no key; add key = "secret:UPSTREAM_KEY"'],
    [{ key: "secret:UPSTREAM_KEY" }, ".key ***: it has no cert; add cert"],
    [
      { cert: CLIENT.cert, key: CLIENT.key },
      '.key ***: a key does not belong in a registry; keep it as a secret, key = "secret:UPSTREAM_KEY"',
    ],
    [{ cert: "secret:UPSTREAM_KEY", key: "secret:UPSTREAM_CERT" }, `.cert ***: ${noCertificate}`, `.key ***: ${noKey}`],
    [{ ...PAIR, key: "secret:UPSTREAM_ENCRYPTED" }, `.key ***: ${noKey}`],
    [{ serverName: "" }, '.serverName "": empty; write some text'],
    ...["10.0.0.1", "[::1]", "a.acme.com:443", "a/b", "a b", "u@a.acme.com"].map((serverName) =>
      [{ serverName }, `.serverName "${serverName}": no DNS name; write one, as checkout.internal`] as const
    ),
  ];
  for (const [given, ...problems] of rows) {
    const seen = problemsOf({
      upstream: { ...GRPCS, ...given },
      platform: "deno",
      env: { ...env, UPSTREAM_ENCRYPTED: encrypted },
    });
    assert.deepEqual(seen, problems);
  }
});

Deno.test("parseConfig() refuses TLS where the URL's scheme has none", () => {
  const all = { ...PAIR, ca: CA, serverName: "b.acme.com" };
  for (const scheme of ["http", "grpc", "ws"]) {
    const problem = `${scheme}:// has no TLS; remove it, or use https://, grpcs:// or wss://`;
    assert.deepEqual(problemsOf({ upstream: { url: `${scheme}://a.acme.com`, ...all }, platform: "deno", env }), [
      `.ca ***: ${problem}`,
      `.cert ***: ${problem}`,
      `.key ***: ${problem}`,
      `.serverName "b.acme.com": ${problem}`,
    ]);
  }
});

Deno.test("parseConfig() refuses TLS on Workers, and says what there is instead", () => {
  const instead =
    "a Worker cannot set it; remove it, and probe the upstream by a public name and certificate, or from Deno";
  const binding = "a Worker cannot set it; remove it, and name an [[mtls_certificates]] binding in via";
  for (const url of ["grpcs://a.acme.com", "https://a.acme.com", "wss://a.acme.com"]) {
    const upstream = { url, ...PAIR, ca: CA, serverName: "b.acme.com" };
    assert.deepEqual(problemsOf({ upstream, platform: "workers", env }), [
      `.cert ***: ${binding}`,
      `.key ***: ${binding}`,
      `.ca ***: ${instead}`,
      `.serverName "b.acme.com": ${instead}`,
    ]);
  }
});
