import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";
import { CLIENT } from "../support/tls.ts";

function read(env: Readonly<Record<string, unknown>>) {
  const { server: { grpcPort, grpcTls }, problems } = parseConfig(env, "deno");
  return { grpcPort, grpcTls, problems };
}

Deno.test("GRPC_PORT is a port, or off", () => {
  for (const text of ["", " "]) assert.equal(read({ GRPC_PORT: text }).grpcPort, 50_051);
  assert.equal(read({ GRPC_PORT: "0" }).grpcPort, 0);
  assert.equal(read({ GRPC_PORT: "off" }).grpcPort, undefined);
  assert.deepEqual(read({ GRPC_PORT: "none" }).problems, [
    'Cannot parse GRPC_PORT "none": not a whole number; write 0..65535 in digits, or off',
  ]);
});

Deno.test("TLS_CERT and TLS_KEY are both needed: without the one the other opens no port in plaintext", () => {
  const both = read({ TLS_CERT: "/tls.crt", TLS_KEY: "/tls.key" });
  assert.deepEqual(both, { grpcPort: 50_051, grpcTls: { certFile: "/tls.crt", keyFile: "/tls.key" }, problems: [] });
  assert.deepEqual(read({ TLS_CERT: "/tls.crt" }), {
    grpcPort: undefined,
    grpcTls: undefined,
    problems: ['Cannot parse TLS_CERT "/tls.crt": it has no key; set TLS_KEY to its key\'s file, or neither'],
  });
  assert.deepEqual(read({ TLS_KEY: "/tls.key" }), {
    grpcPort: undefined,
    grpcTls: undefined,
    problems: [
      'Cannot parse TLS_KEY "/tls.key": it has no certificate; set TLS_CERT to its certificate\'s file, or neither',
    ],
  });
});

Deno.test("PEM text in TLS_CERT or TLS_KEY is refused and never shown", () => {
  const { grpcPort, problems } = read({ TLS_CERT: CLIENT.cert, TLS_KEY: CLIENT.key });
  assert.equal(grpcPort, undefined);
  const fix = "PEM text; write the path of a file that holds it";
  assert.deepEqual(problems, [`Cannot parse TLS_CERT ***: ${fix}`, `Cannot parse TLS_KEY ***: ${fix}`]);
  assert.doesNotMatch(read({ TLS_KEY: CLIENT.key }).problems.join(), /BEGIN/);
});

Deno.test("DRAIN_MS may be nothing, and a minute at most", () => {
  assert.equal(parseConfig({ DRAIN_MS: "0" }, "deno").server.drainMs, 0);
  assert.equal(parseConfig({ DRAIN_MS: 60_001 }, "deno").problems.length, 1);
});
