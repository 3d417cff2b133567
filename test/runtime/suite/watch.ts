import assert from "node:assert/strict";
import { connect } from "node:net";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { Health } from "../../../src/gen/grpc/health/v1/health_pb.ts";
import { WIRE_STATUS } from "../../../src/wire/health.ts";
import { eventually, passed } from "../../support/eventually.ts";
import type { StartRollcall } from "../../support/rollcall.ts";
import { startUpstream } from "../../support/upstream.ts";

const TTL_MS = 200;
const WATCH_MAX_MS = 2_500;

/** Open Watch streams. */
export function watchSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: Watch`, async (t) => {
    await using upstream = await startUpstream();
    await using rollcall = await start({
      upstreams: [{ name: "a", url: upstream.url }],
      vars: { TTL_MS: String(TTL_MS), STALE_MS: "400", WATCH_MAX_MS: String(WATCH_MAX_MS) },
    });
    const baseUrl = rollcall.url;
    const clients = {
      "gRPC-web": createClient(Health, createGrpcWebTransport({ baseUrl })),
      "Connect": createClient(Health, createConnectTransport({ baseUrl })),
    };

    for (const [name, client] of Object.entries(clients)) {
      await t.step(`P5: Watch sends the status at once, each change, and ends with OK over ${name}`, async () => {
        upstream.setStatus("", "SERVING");
        // The state that an earlier step left must not be taken for the first.
        await passed(2 * TTL_MS);
        const seen: number[] = [];
        for await (const { status } of client.watch({ service: "a" })) {
          seen.push(status);
          if (seen.length > 2) continue;
          // Several ticks without a change: they are to send nothing.
          await passed(2 * TTL_MS);
          upstream.setStatus("", seen.length === 1 ? "NOT_SERVING" : "SERVING");
        }
        assert.deepEqual(seen, [WIRE_STATUS.SERVING, WIRE_STATUS.NOT_SERVING, WIRE_STATUS.SERVING]);
      });
    }

    await t.step("P4: Watch of an unknown name is SERVICE_UNKNOWN and stays open", async () => {
      const startedMs = Date.now();
      await Promise.all(
        Object.values(clients).map(async (client) => {
          const seen: number[] = [];
          for await (const { status } of client.watch({ service: "nobody" })) seen.push(status);
          assert.deepEqual(seen, [WIRE_STATUS.SERVICE_UNKNOWN]);
        }),
      );
      assert.ok(Date.now() - startedMs >= WATCH_MAX_MS - 100, "it ended early");
    });

    await t.step("grpc-web-text streams each message as it comes", async () => {
      const response = await fetch(`${baseUrl}/grpc.health.v1.Health/Watch`, {
        method: "POST",
        headers: { "content-type": "application/grpc-web-text" },
        body: "AAAAAAA=",
      });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      assert.equal((await reader?.read())?.value, "AAAAAAIIAQ==");
      upstream.setStatus("", "NOT_SERVING");
      assert.equal((await reader?.read())?.value, "AAAAAAIIAg==");
      await reader?.cancel();
    });

    await t.step("a Watch whose client has gone asks no upstream any more", async () => {
      upstream.setStatus("", "SERVING");
      await passed(2 * TTL_MS);
      const { hostname, port } = new URL(baseUrl);
      const body = `\0\0\0\0\x02{}`;
      const socket = connect(Number(port), hostname);
      socket.write(
        `POST /grpc.health.v1.Health/Watch HTTP/1.1\r\nhost: ${hostname}:${port}\r\n` +
          `content-type: application/connect+json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      let received = "";
      socket.on("data", (chunk) => received += chunk);
      await eventually(() => received.includes(`{"status":"SERVING"}`) || undefined, () => `it received ${received}`);
      // workerd does not notice a client on the same machine that merely closes its side.
      socket.resetAndDestroy();
      await passed(2 * TTL_MS);
      const asked = upstream.requests();
      await passed(3 * TTL_MS);
      assert.equal(upstream.requests(), asked);
    });
  });
}
