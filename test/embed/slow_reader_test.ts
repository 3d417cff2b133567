import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import { setImmediate } from "node:timers/promises";
import { createHealth } from "../../src/embed.ts";
import { decodeFrames, encodeFrame } from "../../src/wire/grpc-web.ts";
import { eventually } from "../support/eventually.ts";
import { SERVERS } from "./servers.ts";

const WATCH = { ":method": "POST", ":path": "/grpc.health.v1.Health/Watch", "content-type": "application/grpc" };

/** Room for ten statuses in a connection whose reader does not read. */
const SMALL = { settings: { initialWindowSize: 70 } };

const SETS = 2_000;

for (const kind of SERVERS.filter(({ protocol }) => protocol === "native")) {
  Deno.test(`S5: a client that reads late from ${kind.name} gets the last of a burst, and last, through createHealth()`, async () => {
    const health = createHealth({ overall: [] });
    const server = await kind.start(health);
    const session = connect(`http://127.0.0.1:${server.port}`, SMALL);
    const stream = session.request(WATCH);
    stream.end(encodeFrame(new Uint8Array()));
    await once(stream, "response");
    for (let set = 0; set < SETS; set++) {
      health.set("", set % 2 === 0 ? "NOT_SERVING" : "SERVING");
      // Each is told before the next is set, where it is told at all.
      await setImmediate();
    }
    health.set("", "UNKNOWN");
    const chunks: Uint8Array[] = [];
    stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    const frames = () => decodeFrames(new Uint8Array(Buffer.concat(chunks))) ?? [];
    // UNKNOWN is the empty message.
    await eventually(() => frames().at(-1)?.payload.length === 0 || undefined, () => `${frames().length} statuses`);
    // connect-node keeps what is written to it; grpc-js says when it is full, and is heeded.
    if (kind.name === "grpc-js") assert.ok(frames().length < 100, `${frames().length} statuses`);
    const ended = once(stream, "close");
    health.close();
    await ended;
    await new Promise<void>((resolve) => session.close(resolve));
    await server.stop();
  });
}
