import assert from "node:assert/strict";
import { createServer } from "node:http2";
import { once } from "node:events";
import { createTestProber } from "../support/prober.ts";
import { thrownVerdict } from "../../src/probe/thrown.ts";
import { refusedUrl } from "../support/fault-server.ts";
import { brief } from "./answers.ts";
import { patient, targetOf } from "./target.ts";

Deno.test("probe() tells a refused connection on Deno", async () => {
  const outcome = await createTestProber().probe(targetOf({ url: await refusedUrl() }), patient());
  assert.equal(brief(outcome), "failed unavailable");
  assert.equal(outcome.message, "tcp connect error: Connection refused (os error 111)");
});

Deno.test("probe() tells an upstream of HTTP/2 only on Deno", async () => {
  const server = createServer();
  server.on("sessionError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const outcome = await createTestProber().probe(targetOf({ url: `http://127.0.0.1:${port}` }), patient());
  assert.equal(brief(outcome), "failed protocol_mismatch");
  server.close();
  await once(server, "close");
});

// What cannot be brought about here, or only in `matrix.ts`, in the words it was seen or is documented in.
const WORDS: readonly (readonly [error: Error, expect: string])[] = [
  [deno("(Connect): dns error: failed to lookup address information: Name or service not known"), "failed dns"],
  [new Error("failed to lookup address information: Name or service not known"), "failed dns"],
  [deno("(Connect): invalid peer certificate: UnknownIssuer"), "failed tls"],
  [deno("(Connect): invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))"), "failed tls"],
  [deno("(Connect): received fatal alert: HandshakeFailure"), "failed tls"],
  [deno("(Connect): peer is incompatible: ServerDoesNotSupportTls12Or13"), "failed tls"],
  [deno("(Connect): tcp connect error: Connection timed out (os error 110)"), "failed timeout"],
  [deno("(Connect): tcp connect error: No route to host (os error 113)"), "failed unavailable"],
  [
    deno("(SendRequest): peer closed connection without sending TLS close_notify: https://docs.rs/…"),
    "failed unavailable",
  ],
  [node("getaddrinfo ENOTFOUND a.example"), "failed dns"],
  [node("connect ECONNREFUSED 192.0.2.1:443"), "failed unavailable"],
  [node("connect ETIMEDOUT 192.0.2.1:443"), "failed timeout"],
  [node("received fatal alert: NoApplicationProtocol"), "failed protocol_mismatch"],
  [node("TLS without ALPN h2"), "failed protocol_mismatch"],
  [deno("(SendRequest): received unexpected message from connection"), "failed protocol_mismatch"],
  [deno("(Connect): received unexpected message: got ApplicationData when expecting Handshake"), "failed tls"],
  [node("received fatal alert: CertificateRequired"), "failed tls"],
  [node("Hostname/IP does not match certificate's altnames: Host: a.example. is not in …"), "failed tls"],
  [node("Client network socket disconnected before secure TLS connection was established"), "failed tls"],
  [node("unsupported protocol"), "failed tls"],
  [node("keys may not be consistent: KeyMismatch"), "not-attempted"],
  [node("No keys found in key data"), "not-attempted"],
  [new TypeError("Fetch failed: Requests to port 6000 are blocked"), "not-attempted"],
  [new Error("the name leads where no probe may go, and 10.0.0.1 is a private address"), "not-attempted"],
  [new Error("the binding is not there"), "not-attempted"],
  [new Error("the binding has no connect()"), "not-attempted"],
  [new Error("Network connection lost."), "failed unavailable"],
  [new Error("internal error; reference = oa2tmgt0b6m7l15qgpii1tps"), "failed unavailable"],
  [new TypeError("Gzip decompression failed."), "failed protocol_mismatch"],
  [
    new Error(
      "WebSocket protocol error; protocolError.statusCode = 1009; protocolError.description = Message is too large",
    ),
    "failed protocol_mismatch",
  ],
  [new Error("Too many open files (os error 24)"), "not-attempted"],
  [new Error("Too many subrequests."), "not-attempted"],
  [new Error("Too many subrequests by single Worker invocation. To configure this limit, refer to …"), "not-attempted"],
  [new Error("Too many API requests by single Worker invocation."), "not-attempted"],
  [new Error("Subrequest depth limit exceeded."), "not-attempted"],
  [new Error("Response closed due to connection limit"), "not-attempted"],
  [new Error('Requires net access to "a.example:443", run again with the --allow-net flag'), "not-attempted"],
];

for (const [error, expect] of WORDS) {
  const words = error.cause instanceof Error ? error.cause.message : error.message;
  Deno.test(`thrownVerdict() is ${expect} when it reads ${words}`, () => {
    assert.equal(brief(thrownVerdict(error, false)), expect);
  });
}

Deno.test("thrownVerdict() does not take a cause from a name that the upstream chose", () => {
  const host = "too-many-subrequests.dns-error.example";
  const refused = deno("(Connect): tcp connect error: Connection refused (os error 111)", host);
  assert.equal(brief(thrownVerdict(refused, false)), "failed unavailable");
});

Deno.test("thrownVerdict() tells what no probe of the invocation can pass from what this one could not", () => {
  const isLast = (words: string) => {
    const verdict = thrownVerdict(new Error(words), false);
    return verdict.kind === "not-attempted" && verdict.isLast === true;
  };
  assert.equal(isLast("Too many subrequests."), true);
  assert.equal(isLast("the binding is not there"), false);
  assert.equal(isLast("keys may not be consistent: KeyMismatch"), false);
});

Deno.test("thrownVerdict() tells an upstream that cannot be asked as it is from us who cannot ask", () => {
  const isBarred = (words: string) => {
    const verdict = thrownVerdict(new Error(words), false);
    return verdict.kind === "not-attempted" && verdict.isBarred === true;
  };
  assert.equal(isBarred("the name leads where no probe may go, and 10.0.0.1 is a private address"), true);
  assert.equal(isBarred("the binding is not there"), true);
  assert.equal(isBarred("keys may not be consistent: KeyMismatch"), true);
  assert.equal(isBarred('Requires net access to "a.example:443", run again with the --allow-net flag'), true);
  assert.equal(isBarred("Too many open files (os error 24)"), false);
  assert.equal(isBarred("Too many subrequests."), false);
});

Deno.test("thrownVerdict() says the same of the same fault twice", () => {
  const [first, second] = ["a1", "b2"].map((id) =>
    thrownVerdict(new Error(`internal error; reference = ${id}`), false)
  );
  assert.deepEqual(first, second);
});

Deno.test("thrownVerdict() keeps the address out of the words of node:tls", () => {
  assert.equal(thrownVerdict(node("connect ECONNREFUSED 192.0.2.1:443"), false).message, "connect ECONNREFUSED");
  assert.equal(thrownVerdict(node("getaddrinfo ENOTFOUND a.example"), false).message, "getaddrinfo ENOTFOUND");
});

/** An error as `node:tls` gives it. */
function node(message: string): Error {
  return new Error(message);
}

/** An error as Deno's fetch throws it. */
function deno(cause: string, host = "a.example"): Error {
  return new TypeError("fetch failed", {
    cause: new Error(`error sending request for url (https://${host}/): client error ${cause}`),
  });
}
