import assert from "node:assert/strict";
import { createServer as createHttp2Server } from "node:http2";
import { once } from "node:events";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { Upstream as Registered } from "../../src/core/registry.ts";
import { startGrpcJsUpstream } from "../support/grpc-js-upstream.ts";
import { startHttp2Upstream } from "../support/http2-upstream.ts";
import { startUpstream } from "../support/upstream.ts";
import { watching } from "./watching.ts";

/** A health server by other hands that can watch. */
interface Peer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  setStatus(service: string, status: "SERVING" | "NOT_SERVING"): void;
  close(): Promise<void>;
}

interface Way {
  readonly registered: Partial<Registered>;
  readonly start: (port?: number) => Promise<Peer>;
}

const SERVICES = { "": "SERVING", "acme.Shop": "SERVING" } as const;
const startFetched = (port = 0) => startUpstream({ services: SERVICES, port });

const WAYS: Readonly<Record<string, Way>> = {
  "gRPC-web": { registered: { protocol: "grpc-web" }, start: startFetched },
  "Connect in proto": { registered: { protocol: "connect" }, start: startFetched },
  "Connect in JSON": { registered: { protocol: "connect", codec: "json" }, start: startFetched },
  "native gRPC": {
    registered: { protocol: "grpc" },
    start: (port = 0) => startGrpcJsUpstream({ services: SERVICES, port }),
  },
};

for (const [name, { registered, start }] of Object.entries(WAYS)) {
  Deno.test(`watch() hears the status and each change over ${name}, and ends at once when told to`, async () => {
    await using peer = await start();
    const stream = watching({ ...registered, url: peer.url });
    await stream.heard(1);
    peer.setStatus("acme.Shop", "NOT_SERVING");
    await stream.heard(2);
    peer.setStatus("acme.Shop", "SERVING");
    await stream.heard(3);
    assert.deepEqual(stream.said, ["SERVING", "NOT_SERVING", "SERVING"]);
    stream.stop();
    assert.equal(await stream.end, "ended");
  });

  Deno.test(`watch() of a service that is not registered is SERVICE_UNKNOWN over ${name}`, async () => {
    await using peer = await start();
    const stream = watching({ ...registered, url: peer.url }, "nobody");
    assert.equal(await stream.heard(1), "service_not_registered");
    stream.stop();
    await stream.end;
  });

  Deno.test(`watch() over ${name} ends when the server is killed, and works again when it is back at its port`, async () => {
    const before = await start();
    const { url, port } = before;
    const stream = watching({ ...registered, url });
    await stream.heard(1);
    await before.close();
    assert.equal(await stream.end, "ended");
    assert.equal(await watching({ ...registered, url }).end, "ended");
    await using _after = await start(port);
    const again = watching({ ...registered, url });
    assert.equal(await again.heard(1), "SERVING");
    again.stop();
    await again.end;
  });
}

Deno.test("watch() of a native server without health is unimplemented", async () => {
  const server = new Server();
  const bound = Promise.withResolvers<number>();
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (_, port) => bound.resolve(port));
  assert.equal(
    await watching({ protocol: "grpc", url: `grpc://127.0.0.1:${await bound.promise}` }).end,
    "unimplemented",
  );
  server.forceShutdown();
});

Deno.test("watch() of a server that has Check and no Watch is unimplemented", async () => {
  await using peer = await startHttp2Upstream();
  assert.equal(await watching({ protocol: "grpc", url: peer.url }, "").end, "unimplemented");
});

for (const [status, end] of [[404, "unimplemented"], [503, "ended"], [200, "ended"]] as const) {
  Deno.test(`watch() of a page under ${status} that goes on over native gRPC is ${end}`, async () => {
    const server = createHttp2Server((_, response) => {
      response.writeHead(status, { "content-type": "text/html" });
      response.write("<html>");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    assert.equal(await watching({ protocol: "grpc", url: `grpc://127.0.0.1:${port}` }).end, end);
    const closed = once(server, "close");
    server.close();
    await closed;
  });
}
