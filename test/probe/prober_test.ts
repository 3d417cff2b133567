import assert from "node:assert/strict";
import { MESSAGE_MAX_CHARS } from "../../src/core/observation.ts";
import { createTestProber } from "../support/prober.ts";
import { startFaultServer } from "../support/fault-server.ts";
import { brief, GRPC_WEB_ANSWERS, responseOf } from "./answers.ts";
import { patient, targetOf } from "./target.ts";

const SERVING = responseOf(find("SERVING"));
const HANGING_BODY = "HTTP/1.1 200 OK\r\ncontent-type: application/grpc-web\r\ncontent-length: 9\r\n\r\nabc";

Deno.test("probe() sends a gRPC-web request as Cloudflare's conversion and strict proxies want it", async () => {
  const [head, body] = await requestFor({ protocol: "grpc-web", url: "/base" }, "a");
  assert.equal(head[0], "POST /base/grpc.health.v1.Health/Check HTTP/1.1");
  for (
    const line of [
      "content-type: application/grpc-web",
      "accept: application/grpc-web",
      "x-grpc-web: 1",
      "grpc-timeout: 1500m",
      "user-agent: rollcall-probe",
      "accept-encoding: identity",
      "content-length: 8",
    ]
  ) assert.ok(head.includes(line), `${line} in ${head.join("\n")}`);
  assert.ok(!head.some((line) => /^(te|transfer-encoding):/i.test(line)));
  assert.equal(body, "\0\0\0\0\x03\x0a\x01a");
});

Deno.test("probe() sends a Connect request in the upstream's codec", async () => {
  const [head, proto] = await requestFor({ protocol: "connect", codec: "proto" }, "a");
  for (
    const line of ["content-type: application/proto", "connect-protocol-version: 1", "connect-timeout-ms: 1500"]
  ) assert.ok(head.includes(line), `${line} in ${head.join("\n")}`);
  assert.equal(proto, "\x0a\x01a");
  assert.equal((await requestFor({ protocol: "connect", codec: "json" }, "a"))[1], '{"service":"a"}');
  assert.equal((await requestFor({ protocol: "connect", codec: "json" }, ""))[1], "{}");
});

Deno.test("probe() adds the upstream's own headers, which cannot change the probe's", async () => {
  const headers = {
    authorization: "Bearer t0ken",
    "content-type": "text/plain",
    "grpc-timeout": "9H",
    "user-agent": "mine",
  };
  const [head] = await requestFor({ headers }, "");
  assert.ok(head.includes("authorization: Bearer t0ken"));
  assert.ok(head.includes("content-type: application/grpc-web"));
  assert.ok(head.includes("grpc-timeout: 1500m"));
  assert.ok(head.includes("content-length: 5"));
  assert.ok(head.includes("user-agent: mine"));
});

Deno.test("probe() hides the header values it sent when the upstream echoes them", async () => {
  const echo = "bad credentials: Bearer t0ken-1, also t0ken-1 and k3y;\r\n\tplease retry";
  const fetch = () =>
    Promise.resolve(
      new Response(null, { status: 401, headers: { "grpc-message": encodeURIComponent(echo) } }),
    );
  const headers = { authorization: "Bearer t0ken-1", "x-key": "k3y", "x-empty": "" };
  const outcome = await createTestProber({ fetch }).probe(targetOf({ headers }), patient());
  assert.equal(outcome.message, "HTTP 401: bad credentials: ***, also *** and ***; please retry");
});

Deno.test("probe() hides the header values it sent when fetch names them", async () => {
  const fetch = () => Promise.reject(new TypeError("cannot send s3cret"));
  const outcome = await createTestProber({ fetch }).probe(
    targetOf({ headers: { "x-key": "s3cret" } }),
    patient(),
  );
  assert.equal(outcome.message, "cannot send ***");
});

Deno.test("probe() cuts a long message, never through a character", async () => {
  const message = "x".repeat(MESSAGE_MAX_CHARS - "unavailable: ".length - 1) + "🙂 and more";
  const fetch = () =>
    Promise.resolve(trailersOnly({ "grpc-status": "14", "grpc-message": encodeURIComponent(message) }));
  const outcome = await createTestProber({ fetch }).probe(targetOf({}), patient());
  assert.equal(outcome.message?.length, MESSAGE_MAX_CHARS - 1);
  assert.ok(outcome.message?.isWellFormed());
});

Deno.test("probe() says what it saw, and the upstream's own words", async () => {
  const messages = {
    "HTTP 502": new Response(null, { status: 502 }),
    "not_found: no such thing": trailersOnly({ "grpc-status": "5", "grpc-message": "no%20such%20thing" }),
    "unavailable": trailersOnly({ "grpc-status": "14" }),
    "grpc-status 99": trailersOnly({ "grpc-status": "99" }),
    'content-type "text/html"': new Response("<html>", { headers: { "content-type": "text/html" } }),
    "redirected to https://login.example/a": redirect("https://u:p@login.example/a?token=1#f"),
    "redirected": redirect("//"),
    "serving status 7": grpcWeb([0, 0, 0, 0, 2, 8, 7]),
  };
  for (const [message, response] of Object.entries(messages)) {
    const outcome = await createTestProber({ fetch: () => Promise.resolve(response) }).probe(
      targetOf({}),
      patient(),
    );
    assert.equal(outcome.message, message);
  }
});

Deno.test("probe() measures from dispatch to verdict, in whole milliseconds, and never below zero", async () => {
  const fetch = () => Promise.resolve(SERVING.clone());
  for (const [times, latencyMs] of [[[1_000.2, 1_012.9], 13], [[1_000, 900], 0]] as const) {
    const clock = times.values();
    const outcome = await createTestProber({ fetch, nowMs: () => clock.next().value ?? 0 }).probe(
      targetOf({}),
      patient(),
    );
    assert.deepEqual(outcome, { kind: "answered", status: "SERVING", latencyMs });
  }
});

Deno.test("G3: probe() turns anything thrown into a failure", async () => {
  for (const thrown of [new Error("boom"), new TypeError("x", { cause: "y" }), "text", undefined, null, {}]) {
    const fetches = [() => Promise.reject(thrown), () => Promise.resolve(failingBody(thrown))];
    for (const fetch of fetches) {
      const outcome = await createTestProber({ fetch }).probe(targetOf({}), patient());
      assert.equal(brief(outcome), "failed unavailable");
    }
  }
  const thrower = () => {
    throw new Error("boom");
  };
  assert.equal(
    brief(await createTestProber({ fetch: thrower }).probe(targetOf({}), patient())),
    "failed unavailable",
  );
});

Deno.test("probe() does not blame the upstream when no request can be made", async () => {
  const fetch = () => Promise.reject(new Error("must not be called"));
  const outcome = await createTestProber({ fetch }).probe(
    targetOf({ headers: { "x-key": "a\nb" } }),
    patient(),
  );
  assert.equal(outcome.kind, "not-attempted");
  assert.ok(!outcome.message?.includes("a\nb"));
});

Deno.test("G13: probe() is a timeout when its signal aborts while the upstream hangs", async (t) => {
  const faults = {
    "on connect": { when: "connect", end: "hang" },
    "before it answers": { end: "hang" },
    "in its headers": { send: "HTTP/1.1 200 OK\r\ncontent-", end: "hang" },
    "in its body": { send: HANGING_BODY, end: "hang" },
  } as const;
  for (const [title, fault] of Object.entries(faults)) {
    await t.step(title, async () => {
      const server = await startFaultServer(fault);
      const abort = new AbortController();
      const hangs = server.done();
      const probing = createTestProber().probe(targetOf({ url: server.url }), {
        timeoutMs: 1_500,
        signal: abort.signal,
      });
      await hangs;
      abort.abort();
      const outcome = await probing;
      assert.equal(brief(outcome), "failed timeout");
      assert.equal(outcome.message, "no answer in time");
      await server.idle(); // The probe's connection is gone too.
      await server.close();
    });
  }
});

Deno.test("G13: probe() sends nothing when its signal has aborted already", async () => {
  const server = await startFaultServer({ end: "hang" });
  const options = { timeoutMs: 1_500, signal: AbortSignal.abort() };
  assert.equal(brief(await createTestProber().probe(targetOf({ url: server.url }), options)), "failed timeout");
  assert.equal(server.requests().length, 0);
  await server.close();
});

Deno.test("probe() does not wait for the body of a status it can judge, and gives the connection back", async () => {
  const server = await startFaultServer({
    send: "HTTP/1.1 502 Bad\r\ncontent-type: text/html\r\ncontent-length: 999\r\n\r\n<html>",
    end: "hang",
  });
  assert.equal(
    brief(await createTestProber().probe(targetOf({ url: server.url }), patient())),
    "failed unavailable",
  );
  await server.idle();
  await server.close();
});

Deno.test("probe() stops reading an endless answer, and gives the connection back", async () => {
  const server = await startFaultServer({
    send: "HTTP/1.1 200 OK\r\ncontent-type: application/grpc-web\r\n\r\n" + "x".repeat(200_000),
    end: "hang",
  });
  const outcome = await createTestProber().probe(targetOf({ url: server.url }), patient());
  assert.deepEqual([brief(outcome), outcome.message], ["failed protocol_mismatch", "answer longer than 65536 bytes"]);
  await server.idle();
  await server.close();
});

/** What one probe sends: the lines of its head, and its body as text. */
async function requestFor(upstream: Parameters<typeof targetOf>[0], service: string): Promise<[string[], string]> {
  const server = await startFaultServer({ send: "HTTP/1.1 502 x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" });
  const target = targetOf({ ...upstream, url: server.url + (upstream.url ?? "") }, service);
  await createTestProber().probe(target, patient());
  await server.close();
  const [head = "", body = ""] = (server.requests()[0] ?? "").split("\r\n\r\n");
  return [head.split("\r\n"), body];
}

function find(name: string) {
  const answer = GRPC_WEB_ANSWERS.find((candidate) => candidate.name === name);
  assert.ok(answer);
  return answer;
}

function trailersOnly(headers: Record<string, string>): Response {
  return new Response(null, { headers: { "content-type": "application/grpc-web", ...headers } });
}

function grpcWeb(body: number[]): Response {
  return new Response(new Uint8Array(body), {
    headers: { "content-type": "application/grpc-web", "grpc-status": "0" },
  });
}

function redirect(location: string): Response {
  return new Response(null, { status: 302, headers: { location } });
}

function failingBody(thrown: unknown): Response {
  const body = new ReadableStream({ pull: (controller) => controller.error(thrown) });
  return new Response(body, { headers: { "content-type": "application/grpc-web" } });
}
