import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { once } from "node:events";
import { MESSAGE_MAX_CHARS } from "../../src/core/observation.ts";
import type { Protocol } from "../../src/core/registry.ts";
import type { WatchEnd } from "../../src/ports.ts";
import { watching } from "./watching.ts";

const GRPC_WEB = { "content-type": "application/grpc-web" };
const CONNECT = { "content-type": "application/connect+proto" };
const SERVING = [0, 0, 0, 0, 2, 8, 1];
const grpcWebEnd = (code: number) => [0x80, 0, 0, 0, 16, ...text(`grpc-status: ${code}`.padEnd(16))];
const connectEnd = (json: string) => [2, 0, 0, 0, json.length, ...text(json)];

/** What a server writes in answer, and what that is to us. */
interface Answer {
  readonly protocol: Protocol;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** In pieces; the server ends its answer after them only where it says so. */
  readonly body?: readonly (readonly number[])[];
  readonly isLeftOpen?: true;
  readonly end: WatchEnd;
  readonly said?: readonly string[];
}

const ANSWERS: Readonly<Record<string, Answer>> = {
  "a message in single bytes": {
    protocol: "grpc-web",
    headers: GRPC_WEB,
    body: [...SERVING, ...grpcWebEnd(0)].map((byte) => [byte]),
    end: "ended",
    said: ["SERVING"],
  },
  "two messages in one piece, of which the last holds": {
    protocol: "grpc-web",
    headers: GRPC_WEB,
    body: [[...SERVING, 0, 0, 0, 0, 2, 8, 7, ...grpcWebEnd(14)]],
    end: "ended",
    said: ["status_unknown"],
  },
  "UNIMPLEMENTED in a trailer": {
    protocol: "grpc-web",
    headers: GRPC_WEB,
    body: [grpcWebEnd(12)],
    end: "unimplemented",
  },
  "UNIMPLEMENTED in the headers": {
    protocol: "grpc-web",
    headers: { ...GRPC_WEB, "grpc-status": "12" },
    end: "unimplemented",
  },
  "UNAVAILABLE in the headers": { protocol: "grpc-web", headers: { ...GRPC_WEB, "grpc-status": "14" }, end: "ended" },
  "a body that ends without a trailer": {
    protocol: "grpc-web",
    headers: GRPC_WEB,
    body: [SERVING],
    end: "ended",
    said: ["SERVING"],
  },
  "unimplemented as Connect ends a stream": {
    protocol: "connect",
    headers: CONNECT,
    body: [connectEnd('{"error":{"code":"unimplemented"}}')],
    end: "unimplemented",
  },
  "an end of Connect without error": {
    protocol: "connect",
    headers: CONNECT,
    body: [SERVING, connectEnd("{}")],
    end: "ended",
    said: ["SERVING"],
  },
  "an end of Connect that is no JSON": { protocol: "connect", headers: CONNECT, body: [connectEnd("}")], end: "ended" },
  "a bare 404": { protocol: "grpc-web", status: 404, body: [[1, 2, 3]], end: "unimplemented" },
  "HTTP/1 in answer to native gRPC": { protocol: "grpc", status: 404, end: "ended" },
  "a bare 503": { protocol: "connect", status: 503, end: "ended" },
  "a page of HTML that goes on": {
    protocol: "grpc-web",
    headers: { "content-type": "text/html" },
    body: [[60]],
    isLeftOpen: true,
    end: "ended",
  },
  "a frame longer than 64 KiB": {
    protocol: "grpc-web",
    headers: GRPC_WEB,
    body: [[0, 0, 1, 0, 1, 8]],
    isLeftOpen: true,
    end: "ended",
  },
  "a compressed frame": {
    protocol: "grpc-web",
    headers: GRPC_WEB,
    body: [[1, 0, 0, 0, 2, 8, 1]],
    isLeftOpen: true,
    end: "ended",
  },
  "a message that is none": {
    protocol: "connect",
    headers: CONNECT,
    body: [[0, 0, 0, 0, 1, 8]],
    isLeftOpen: true,
    end: "ended",
  },
};

for (const [name, answer] of Object.entries(ANSWERS)) {
  Deno.test(`watch() of ${name} is ${answer.end}, and leaves nothing open`, async () => {
    const { status = 200, headers = {}, body = [], isLeftOpen, end, said = [] } = answer;
    await withServer((_, response) => {
      response.writeHead(status, headers);
      response.flushHeaders();
      for (const piece of body) response.write(Uint8Array.from(piece));
      if (isLeftOpen === undefined) response.end();
    }, async (url) => {
      const stream = watching({ protocol: answer.protocol, url });
      assert.equal(await stream.end, end);
      assert.deepEqual(stream.said, said);
    });
  });
}

Deno.test("watch() keeps no more of a message than a check does, and no header value of ours", async () => {
  const message = text(JSON.stringify({ status: `Bearer hunter2 ${"x".repeat(60_000)}` }));
  const prefix = new Uint8Array(5);
  new DataView(prefix.buffer).setUint32(1, message.length);
  await withServer((_, response) => {
    response.writeHead(200, { "content-type": "application/connect+json" });
    response.end(Uint8Array.from([...prefix, ...message]));
  }, async (url) => {
    const stream = watching({ protocol: "connect", codec: "json", url, headers: { authorization: "Bearer hunter2" } });
    assert.equal(await stream.end, "ended");
    assert.deepEqual(stream.said, ["status_unknown"]);
    assert.match(stream.messages[0] ?? "", /^serving status "\*\*\* x+$/);
    assert.equal(stream.messages[0]?.length, MESSAGE_MAX_CHARS);
  });
});

Deno.test("watch() asks without a deadline, and says how many Rollcalls it comes through", async () => {
  const asked: Record<string, unknown>[] = [];
  await withServer((request, response) => {
    asked.push(request.headers);
    response.writeHead(404).end();
  }, async (url) => {
    const headers = { authorization: "Bearer x" };
    await watching({ protocol: "grpc-web", url, headers }).end;
    await watching({ protocol: "connect", url, headers }).end;
  });
  assert.equal(asked.length, 2);
  for (const headers of asked) {
    assert.equal(headers["authorization"], "Bearer x");
    assert.equal(headers["rollcall-hops"], "1");
    assert.equal(headers["user-agent"], "rollcall-probe");
    assert.equal(headers["grpc-timeout"] ?? headers["connect-timeout-ms"], undefined);
  }
});

Deno.test("watch() ends at once when told to before anything came", async () => {
  for (const protocol of ["grpc-web", "connect", "grpc"] as const) {
    const asked = Promise.withResolvers<void>();
    await withServer(() => asked.resolve(), async (url) => {
      const stream = watching({ protocol, url });
      if (protocol !== "grpc") await asked.promise;
      stream.stop();
      assert.equal(await stream.end, "ended");
    });
  }
});

async function withServer(listener: RequestListener, test: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await test(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  } finally {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }
}

function text(ascii: string): number[] {
  return [...new TextEncoder().encode(ascii)];
}
