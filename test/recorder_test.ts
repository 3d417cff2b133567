import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { connect, createServer as createHttp2Server, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { createLeaks, type Leaks } from "./support/leak/leaks.ts";
import { startRecordingProxy } from "./support/leak/recording-proxy.ts";
import { serveWebSockets } from "./support/ws.ts";

const TOKEN = "a-read-token-of-a-test";
const ADDRESS = "10.1.2.3:50051";
const ENV = {
  UPSTREAMS: JSON.stringify([
    {
      name: "checkout",
      url: `grpc://${ADDRESS}`,
      headers: { authorization: "Bearer hunter2hunter2", "x-key": "secret:UPSTREAM_KEY" },
    },
  ]),
  UPSTREAM_KEY: "a-secret-of-a-test",
  READ_TOKEN: TOKEN,
};

type Answer = RequestListener;

/** Ways in which an answer may tell an address. */
const LEAKS: Readonly<Record<string, Answer>> = {
  "a body": (_, response) => response.end(`{"address":"${ADDRESS}"}`),
  "a body in pieces": (_, response) => {
    response.write("at 10.1.");
    response.end("2.3:50051");
  },
  "a header": (_, response) => response.setHeader("x-upstream", ADDRESS).end(),
  "a host alone": (_, response) => response.end("dial tcp 10.1.2.3: refused"),
  "a message that is percent-encoded": (_, response) => response.setHeader("grpc-message", "at%2010%2E1.2.3").end(),
  "a body that is gzipped": (_, response) => response.setHeader("content-encoding", "gzip").end(gzipSync(ADDRESS)),
  "a body in Brotli": (_, response) => response.setHeader("content-encoding", "br").end(brotliCompressSync(ADDRESS)),
  "gRPC-web text": (_, response) => response.end(Buffer.from(`\0\0\0\0\x10 ${ADDRESS}`).toString("base64")),
  "details in base64": (_, response) =>
    response.setHeader("grpc-status-details-bin", Buffer.from(`at ${ADDRESS}`).toString("base64url")).end(),
  "the second answer of a connection": ({ url }, response) => response.end(url === "/" ? ADDRESS : "{}"),
};

for (const [way, answer] of Object.entries(LEAKS)) {
  Deno.test(`the recorder finds an address that a stranger was told in ${way}`, async () => {
    const leaks = createLeaks(ENV);
    await served(answer, leaks, async (url) => {
      for (const path of ["/health", "/"]) await (await fetch(url + path)).bytes();
    });
    assert.throws(
      () => leaks.check(""),
      /^Error: Cannot accept what was said: GET \S+ HTTP\/1\.1 told a stranger the address of upstream "checkout"/,
    );
  });
}

Deno.test("the recorder lets the token's holder read addresses, and nobody a secret", async () => {
  const ask = async (says: string, authorization: string) => {
    const leaks = createLeaks(ENV);
    await served((_, response) => response.end(says), leaks, async (url) => {
      await (await fetch(url, { headers: { authorization } })).bytes();
    });
    return leaks;
  };
  (await ask(ADDRESS, `Bearer ${TOKEN}`)).check("");
  for (const secret of ["hunter2hunter2", "a-secret-of-a-test", TOKEN]) {
    const leaks = await ask(`it is ${secret}`, `Bearer ${TOKEN}`);
    assert.throws(() => leaks.check(""), /told a holder of a token/);
  }
  for (const authorization of ["Bearer wrong", `Basic ${TOKEN}`]) {
    const leaks = await ask(ADDRESS, authorization);
    assert.throws(() => leaks.check(""), /told a stranger/);
  }
});

Deno.test("the recorder tells strangers from others on one connection", async () => {
  const leaks = createLeaks(ENV);
  const answer: Answer = ({ headers }, response) => response.end(headers.authorization === undefined ? "{}" : ADDRESS);
  await served(answer, leaks, async (url) => {
    for (const headers of [{}, { authorization: `Bearer ${TOKEN}` }, {}]) await (await fetch(url, { headers })).bytes();
  });
  leaks.check("");
});

Deno.test("the recorder hears every message of a WebSocket", async () => {
  for (const [isTrusted, says] of [[false, "{}"], [false, ADDRESS], [true, ADDRESS]] as const) {
    const leaks = createLeaks(ENV);
    await served((_, response) => response.end(), leaks, async (url) => {
      const headers = isTrusted ? { authorization: `Bearer ${TOKEN}` } : {};
      const socket = new WebSocket(url.replace("http", "ws"), { headers });
      const message = once(socket, "message");
      await once(socket, "open");
      // What a client sends meanwhile begins no new exchange.
      socket.send("hello");
      const [{ data }] = await message;
      assert.equal(data, says);
      socket.close();
      await once(socket, "close");
    }, says);
    if (isTrusted || says === "{}") leaks.check("");
    else assert.throws(() => leaks.check(""), /GET \/ HTTP\/1\.1 told a stranger the address/);
  }
});

Deno.test("the recorder hears native gRPC: bodies, and what HPACK and Huffman hide", async () => {
  for (const [isTrusted, where] of [[false, "body"], [false, "trailer"], [true, "body"], [true, "trailer"]] as const) {
    const leaks = createLeaks(ENV);
    const server = createHttp2Server();
    server.on("stream", (stream: ServerHttp2Stream) => {
      stream.respond({ ":status": 200 }, { waitForTrailers: true });
      stream.on(
        "wantTrailers",
        () => stream.sendTrailers({ "grpc-message": where === "trailer" ? `at ${ADDRESS}` : "" }),
      );
      stream.end(where === "body" ? `\0\0\0\0\x10${ADDRESS}` : "");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const recorder = await startRecordingProxy(() => (server.address() as AddressInfo).port, leaks.hear);
    const session = connect(`http://127.0.0.1:${recorder.port}`);
    for (const path of ["/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/List"]) {
      const stream = session.request({ ":path": path, ...(isTrusted && { authorization: `Bearer ${TOKEN}` }) });
      stream.resume();
      await once(stream, "close");
    }
    const closed = once(session, "close");
    session.close();
    await closed;
    await recorder.close();
    server.close();
    await once(server, "close");
    if (isTrusted) leaks.check("");
    else assert.throws(() => leaks.check(""), /told a stranger the address of upstream "checkout"/, where);
  }
});

Deno.test("the log may tell addresses at boot only, and secrets never", () => {
  const check = (line: string) => () => createLeaks(ENV).check(`{"event":"refresh"}\n${line}\n`);
  check(`{"event":"listening","upstreams":[{"url":"grpc://${ADDRESS}"}]}`)();
  check(`{"event":"registry-error","problem":"${ADDRESS}"}`)();
  assert.throws(
    check(`{"event":"refresh","problems":["${ADDRESS}"]}`),
    /the log told the address of upstream "checkout"/,
  );
  assert.throws(check(`Uncaught Error: dial 10.1.2.3`), /the log told/);
  assert.throws(check(`{"event":"listening","token":"${TOKEN}"}`), /the log told READ_TOKEN/);
  assert.throws(
    check(`{"event":"registry-error","problem":"hunter2hunter2"}`),
    /header authorization of upstream "checkout"/,
  );
});

Deno.test("the recorder learns the addresses that are written at run time", async () => {
  const leaks = createLeaks(ENV);
  const answer: Answer = ({ method }, response) => response.end(method === "GET" ? "at 10.9.9.9:443" : "{}");
  await served(answer, leaks, async (url) => {
    const body = `{"upstream":{"name":"b","url":"https://10.9.9.9:443"}}`;
    await (await fetch(url, { method: "POST", body, headers: { authorization: `Bearer ${TOKEN}` } })).bytes();
    await (await fetch(url)).bytes();
  });
  assert.throws(() => leaks.check(""), /told a stranger the address https:\/\/10\.9\.9\.9:443, written at run time/);
});

/** Serve `answer`, and over WebSockets `says`, behind a recorder, while `ask` asks. */
async function served(
  answer: Answer,
  leaks: Leaks,
  ask: (url: string) => Promise<void>,
  says = "{}",
): Promise<void> {
  const server = createServer(answer);
  serveWebSockets(server, () => (socket) => socket.send(says));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const recorder = await startRecordingProxy(() => (server.address() as AddressInfo).port, leaks.hear);
  try {
    await ask(`http://127.0.0.1:${recorder.port}`);
  } finally {
    await recorder.close();
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }
}
