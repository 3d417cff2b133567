import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Upstream } from "../../../src/core/registry.ts";
import { startFaultServer } from "../../support/fault-server.ts";
import { createTestProber } from "../../support/prober.ts";
import { brief } from "../answers.ts";
import { patient, targetOf } from "../target.ts";

/** What a peer sends once the WebSocket is open, and what the probe of a Jina gateway makes of it. */
const SENT: readonly (readonly [name: string, sent: readonly number[], expect: string])[] = [
  ["one empty message", [0x82, 0], "SERVING"],
  ["a text in three pieces", [0x01, 1, 0x7b, 0x00, 0, 0x80, 1, 0x7d], "SERVING"],
  ["a ping between pieces", [0x01, 1, 0x7b, 0x89, 2, 1, 2, 0x80, 1, 0x7d], "SERVING"],
  ["a pong before the message", [0x8a, 0, 0x82, 0], "SERVING"],
  ["a length in two bytes", [0x81, 126, 0, 2, 0x7b, 0x7d], "SERVING"],
  ["a length in eight bytes", [0x81, 127, 0, 0, 0, 0, 0, 0, 0, 2, 0x7b, 0x7d], "SERVING"],
  ["two messages, of which the first counts", [0x82, 0, 0x82, 2, 8, 1], "SERVING"],
  ["an error", [0x82, 2, 8, 1], "NOT_SERVING"],
  ["close 1011 with a reason", [0x88, 4, 0x03, 0xf3, 0x6e, 0x6f], "NOT_SERVING"],
  ["close without a code", [0x88, 0], "failed unavailable"],
  ["nothing", [], "failed unavailable"],
  ["half a head", [0x82], "failed unavailable"],
  ["half a length", [0x82, 126, 0], "failed unavailable"],
  ["half a payload", [0x82, 2, 8], "failed unavailable"],
  ["half a message", [0x02, 0], "failed unavailable"],
  ["a length of 64 KiB and one", [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 1], "failed protocol_mismatch"],
  ["a length of 2^64-1", [0x82, 127, ...new Array<number>(8).fill(255)], "failed protocol_mismatch"],
  ["a masked frame", [0x82, 0x80, 0, 0, 0, 0], "failed protocol_mismatch"],
  ["a compressed frame", [0xc2, 0], "failed protocol_mismatch"],
  ["an opcode that is none", [0x83, 0], "failed protocol_mismatch"],
  ["a continuation of nothing", [0x80, 0], "failed protocol_mismatch"],
  ["a message within a message", [0x02, 0, 0x82, 0], "failed protocol_mismatch"],
];

Deno.test("firstMessage() reads frames of any kind, in whatever pieces they come", async (t) => {
  for (const [name, sent, expect] of SENT) {
    await t.step(`${name}: ${expect}`, async () => {
      await using server = await startFaultServer({
        send: ({ text }) => [upgraded(text), ...sent.map((byte) => Uint8Array.of(byte))],
      });
      assert.equal(brief(await probe(server.url)), expect);
      await server.idle();
    });
  }
});

Deno.test("firstMessage() reads no more of a message without end than may be", async () => {
  const piece = Uint8Array.of(0x02, 126, 0x40, 0, ...new Uint8Array(0x4000));
  const continued = Uint8Array.of(0x00, 126, 0x40, 0, ...new Uint8Array(0x4000));
  await using server = await startFaultServer({
    *send({ text }) {
      yield upgraded(text);
      yield piece;
      for (let mebibytes = 0; mebibytes < 64 * 1024; mebibytes++) yield continued;
    },
  });
  assert.equal(brief(await probe(server.url)), "failed protocol_mismatch");
  await server.idle();
  assert.ok(server.mostSentBytes() < 64 * 1_048_576, "the kernel's buffers, not the gibibyte");
});

/** Answers that open no WebSocket. */
const ANSWERED: readonly (readonly [name: string, sent: string, expect: string])[] = [
  ["an answer to another key", "HTTP/1.1 101 x\r\nsec-websocket-accept: abc\r\n\r\n", "failed protocol_mismatch"],
  ["an upgrade without proof", "HTTP/1.1 101 x\r\nupgrade: websocket\r\n\r\n", "failed protocol_mismatch"],
  ["a banner", "SSH-2.0-OpenSSH_9\r\n", "failed protocol_mismatch"],
  ["HTTP/2", "\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0d", "failed protocol_mismatch"],
  ["a status that is none", "HTTP/1.1 ok\r\n\r\n", "failed protocol_mismatch"],
  ["headers without end", `HTTP/1.1 101 x\r\n${"a: b\r\n".repeat(10_000)}`, "failed protocol_mismatch"],
  ["half a status line", "HTTP/1.1 10", "failed unavailable"],
  ["nothing", "", "failed unavailable"],
];

Deno.test("firstMessage() tells what is no WebSocket", async (t) => {
  for (const [name, send, expect] of ANSWERED) {
    await t.step(`${name}: ${expect}`, async () => {
      await using server = await startFaultServer({ send });
      assert.equal(brief(await probe(server.url)), expect);
      await server.idle();
    });
  }
});

Deno.test("firstMessage() gives up a peer that hangs, wherever it does, and leaves nothing open", async (t) => {
  const hangs = {
    "before it reads": { when: "connect" },
    "before it answers": {},
    "in the headers": { send: "HTTP/1.1 101 x\r\n" },
    "before a message": { send: ({ text }: { text: string }) => [upgraded(text)] },
    "in a message": { send: ({ text }: { text: string }) => [upgraded(text), Uint8Array.of(0x82, 9, 1)] },
  } as const;
  for (const [where, fault] of Object.entries(hangs)) {
    await t.step(where, async () => {
      await using server = await startFaultServer({ ...fault, end: "hang" });
      const abort = new AbortController();
      const done = server.done();
      const probing = probe(server.url, {}, abort.signal);
      await done;
      abort.abort();
      assert.equal(brief(await probing), "failed timeout");
      await server.idle();
    });
  }
});

Deno.test("firstMessage() leaves no connection to a peer that never says goodbye", async () => {
  await using server = await startFaultServer({
    send: ({ text }) => [upgraded(text), Uint8Array.of(0x82, 0)],
    end: "hang",
  });
  assert.equal(brief(await probe(server.url)), "SERVING");
  await server.idle();
});

Deno.test("firstMessage() asks as RFC 6455 wants, with the upstream's headers and no subprotocol", async () => {
  await using server = await startFaultServer({ send: ({ text }) => [upgraded(text), Uint8Array.of(0x82, 0)] });
  await probe(server.url, { headers: { "x-token": "é" }, authority: "jina.example" });
  const [request = ""] = server.requests();
  assert.match(request, /^GET \/dry_run HTTP\/1\.1\r\n/);
  for (
    const line of [
      "host: jina.example",
      "connection: Upgrade",
      "upgrade: websocket",
      "sec-websocket-version: 13",
      "user-agent: rollcall-probe",
      "rollcall-hops: 1",
      "x-token: é",
    ]
  ) assert.ok(request.includes(`\r\n${line}\r\n`), line);
  assert.match(request, /\r\nsec-websocket-key: [A-Za-z0-9+/]{22}==\r\n/);
  assert.doesNotMatch(request, /sec-websocket-protocol/i);
});

function upgraded(request: string): Uint8Array {
  const key = /sec-websocket-key: (.*)\r\n/i.exec(request)?.[1];
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const head = `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
  return new TextEncoder().encode(head);
}

async function probe(url: string, upstream: Partial<Upstream> = {}, signal = patient().signal) {
  const target = targetOf({ protocol: "jina", url: url.replace("http", "ws"), ...upstream });
  return await createTestProber().probe(target, { ...patient(), signal });
}
