import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { refusedUrl, startFaultServer } from "../../support/fault-server.ts";
import type { RunningRollcall, StartRollcall } from "../../support/rollcall.ts";
import { startUpstream } from "../../support/upstream.ts";
import { listenByWebSocket, listenByWs, type SeenSocket } from "../../support/ws-client.ts";

const READ_TOKEN = "a-read-token-of-the-websocket-suite";
const TRUSTED = { authorization: `Bearer ${READ_TOKEN}` };

const CLIENTS = { ws: listenByWs, "Deno's WebSocket": listenByWebSocket };

/** What a client sees of a serving fleet, by the subprotocols it offers. */
const SUCCESSES: readonly (readonly [readonly string[], string, string | number[]])[] = [
  [["bytes"], "bytes", []],
  [["json"], "json", "{}"],
  [[], "", "{}"],
  [["json", "bytes"], "json", "{}"],
  [["graphql-ws", "bytes", "json"], "bytes", []],
];

/** What WebSocket clients get of `/dry_run`. */
export function websocketSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: a serving fleet over WebSocket is one message and a clean close`, async (t) => {
    await using upstream = await startUpstream();
    await using rollcall = await start({ upstreams: [{ name: "a", url: upstream.url }], vars: { READ_TOKEN } });
    const url = socketUrl(rollcall);

    for (const [client, listen] of Object.entries(CLIENTS)) {
      for (const [subprotocols, subprotocol, message] of SUCCESSES) {
        await t.step(`J6, J7: ${client} that offers ${JSON.stringify(subprotocols)} and sends nothing`, async () => {
          const seen = await listen(url, { subprotocols });
          assert.deepEqual(seen, { subprotocol, messages: [message], code: 1000, reason: "" });
        });
      }
    }

    await t.step("a client that offers unknown names only is chosen none, and gives up by its own rule", async () => {
      const seen = await listenByWs(url, { subprotocols: ["graphql-ws"] });
      assert.deepEqual([seen.messages, seen.error], [[], "Server sent no subprotocol"]);
    });

    await t.step("a wrong token, or a timeout nobody can read, opens none", async () => {
      assert.equal((await listenByWs(url, { headers: { authorization: "Bearer wrong" } })).refused, 401);
      assert.equal((await listenByWs(`${url}?timeout=soon`)).refused, 400);
    });

    await t.step("a request that asks for no WebSocket is answered over HTTP", async () => {
      const answer = await fetch(`${rollcall.url}/dry_run`, { headers: { "sec-websocket-protocol": "bytes" } });
      assert.equal(await answer.text(), `{"code":0,"description":"","exception":null}`);
    });

    await t.step("a handshake without a key is 400, one for other protocols is answered over HTTP", async () => {
      const version = "connection: Upgrade\r\nsec-websocket-version: 13\r\n";
      assert.equal(await statusLine(rollcall, `${version}upgrade: websocket\r\n`), "HTTP/1.1 400 Bad Request");
      assert.equal(await statusLine(rollcall, `${HANDSHAKE}upgrade: websocket, h2c\r\n`), "HTTP/1.1 200 OK");
      const opened = await statusLine(rollcall, `${HANDSHAKE}upgrade: WebSocket\r\n`);
      assert.equal(opened, "HTTP/1.1 101 Switching Protocols");
    });

    await t.step("no other path opens one", async () => {
      assert.equal((await listenByWs(url.replace("dry_run", "health"))).refused, 200);
    });

    await t.step("a hundred at once, of which each second one vanishes in the middle, harm nobody", async () => {
      const vanishing = Array.from({ length: 50 }, () => vanish(rollcall));
      const staying = Array.from({ length: 50 }, () => listenByWs(url, { subprotocols: ["bytes"] }));
      for (const seen of await Promise.all(staying)) assert.equal(seen.code, 1000);
      await Promise.all(vanishing);
      assert.equal((await listenByWs(url)).code, 1000);
    });
  });

  Deno.test(`${platform}: a failing fleet over WebSocket is no message, and close 1011 with the reason`, async (t) => {
    await using upstream = await startUpstream({ services: { "": "NOT_SERVING" } });
    const gone = await refusedUrl();
    const { host } = new URL(gone);

    await t.step("the whole description, where it fits", async () => {
      await using rollcall = await start({ upstreams: [{ name: "a", url: upstream.url }] });
      for (const listen of Object.values(CLIENTS)) {
        for (const subprotocol of ["bytes", "json"]) {
          const reason = "|Gateway: Deployment a answered NOT_SERVING.";
          const seen = await listen(socketUrl(rollcall), { subprotocols: [subprotocol] });
          assert.deepEqual(seen, { subprotocol, messages: [], code: 1011, reason });
        }
      }
    });

    await t.step(
      "else Jina's shorter text: without addresses for strangers, with them for the token's holder",
      async () => {
        const upstreams = [{ name: "a-deployment-with-a-long-name", url: gone }];
        await using rollcall = await start({ upstreams, vars: { READ_TOKEN } });
        const listen = (headers = {}) => listenByWs(socketUrl(rollcall), { subprotocols: ["bytes"], headers });
        const said = (address: string) =>
          `Network error while connecting to deployment at {'${address}'}. It may be down.`;
        const stranger = await eventually(() => failed(listen()), () => "it is not found to be down");
        assert.equal(stranger.reason, said("a-deployment-with-a-long-name"));
        assert.equal((await listen(TRUSTED)).reason, said(host));
      },
    );
  });

  Deno.test(`${platform}: a WebSocket is answered within its deadline, though others left before it`, async () => {
    await using hung = await startFaultServer({ end: "hang" });
    await using rollcall = await start({ upstreams: [{ name: "hung", url: hung.url, timeoutMs: 1_000 }] });
    // These are gone before there is an answer to give them.
    for (let vanished = 0; vanished < 20; vanished++) await vanish(rollcall);
    const seen = await listenByWs(`${socketUrl(rollcall)}?timeout=300ms`);
    assert.deepEqual([seen.messages, seen.code], [[], 1011]);
    assert.equal(seen.reason, "|Gateway: Deployment hung has not been probed yet.");
  });

  Deno.test(`${platform}: a Rollcall watches another over WebSocket, as it would Jina's gateway`, async () => {
    await using upstream = await startUpstream();
    await using watched = await start({
      upstreams: [{ name: "a", url: upstream.url, protocol: "grpc-web" }],
      vars: { TTL_MS: "100", STALE_MS: "200" },
    });
    const url = watched.url.replace(/^http/, "ws");
    await using watching = await start({ upstreams: [{ name: "other", url }], vars: { READ_TOKEN } });
    const health = async () => {
      const headers = { ...TRUSTED, "cache-control": "no-cache" };
      return await (await fetch(`${watching.url}/health`, { headers })).json();
    };
    assert.equal((await health()).servingStatus, "SERVING");
    upstream.setStatus("", "NOT_SERVING");
    const down = await eventually(async () => {
      const report = await health();
      return report.servingStatus === "NOT_SERVING" ? report : undefined;
    }, () => "the change is not seen");
    const { target } = down.names.find(({ name }: { name: string }) => name === "other/");
    assert.deepEqual([target.failure, target.message], [null, "|Gateway: Deployment a answered NOT_SERVING."]);
  });
}

function socketUrl({ url }: RunningRollcall): string {
  return `${url.replace(/^http/, "ws")}/dry_run`;
}

async function failed(listening: Promise<SeenSocket>): Promise<SeenSocket | undefined> {
  const seen = await listening;
  return seen.code === 1011 && !seen.reason.includes("probed yet") ? seen : undefined;
}

/** All of a handshake but `Upgrade`. */
export const HANDSHAKE = "connection: Upgrade\r\nsec-websocket-version: 13\r\n" +
  "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/** Ask for a WebSocket, and drop the connection without a word. */
export async function vanish(rollcall: RunningRollcall): Promise<void> {
  using _connection = await ask(rollcall, `${HANDSHAKE}upgrade: websocket\r\n`);
}

/** The first line of what comes of a request with these headers. */
async function statusLine(rollcall: RunningRollcall, headers: string): Promise<string> {
  using connection = await ask(rollcall, headers);
  const bytes = new Uint8Array(1_024);
  const length = await connection.read(bytes);
  return new TextDecoder().decode(bytes.subarray(0, length ?? 0)).split("\r\n")[0] ?? "";
}

async function ask({ url }: RunningRollcall, headers: string): Promise<Deno.Conn> {
  const { hostname, port, host } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(`GET /dry_run HTTP/1.1\r\nhost: ${host}\r\n${headers}\r\n`));
  return connection;
}
