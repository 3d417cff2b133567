import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { eventually, passed } from "../../support/eventually.ts";
import { createGate } from "../../support/gate.ts";
import type { StartRollcall } from "../../support/rollcall.ts";
import { startUpstream } from "../../support/upstream.ts";

const STALE_MS = 400;
/** An age in which a thousand readers are answered. */
const LONG_MS = 4_000;
const KNOBS = { TTL_MS: "200", STALE_MS: String(STALE_MS) };

/** Many readers at once, and readers that go away. */
export function readersSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: 1000 concurrent readers at expiry cause one probe per target`, async () => {
    const gate = createGate();
    await using upstream = await startUpstream({ handler: gate.pass });
    const names = ["a", "b", "c"];
    await using rollcall = await start({
      upstreams: names.map((name) => ({ name, url: upstream.url, protocol: "grpc-web", timeoutMs: 10_000 })),
      // Long enough that the last of the thousand finds fresh what the first had probed, on a slow machine too.
      vars: { TTL_MS: String(LONG_MS), STALE_MS: String(LONG_MS + 1), DEADLINE_MS: "20000" },
      isDirect: true,
    });
    const refreshes = () => rollcall.entries("refresh");
    assert.equal(await status(rollcall.url), 200);
    const asked = upstream.requests();
    await passed(LONG_MS + 1);
    gate.close();
    const readers = Array.from({ length: 1_000 }, () => status(rollcall.url));
    await eventually(() => upstream.requests() > asked || undefined, () => "no probe came");
    // Late ones among the thousand are readers in mid-refresh too.
    await passed(200);
    gate.open("SERVING");
    assert.deepEqual(new Set(await Promise.all(readers)), new Set([200]));
    await eventually(() => refreshes().length > 1 || undefined, () => "the refresh did not end");
    // First probes alone: one that is silent for long gets a sibling, and on a slow machine each of them is.
    assert.deepEqual(refreshes().map(({ due }) => due), [names.length, names.length]);
  });

  Deno.test(`${platform}: a client that resets its connection in mid-refresh harms no other reader`, async () => {
    const gate = createGate();
    await using upstream = await startUpstream({ handler: gate.pass });
    await using rollcall = await start({
      upstreams: [{ name: "a", url: upstream.url, protocol: "grpc-web" }],
      vars: KNOBS,
    });
    assert.equal(await status(rollcall.url), 200);
    await passed(STALE_MS);
    gate.close();
    const asked = upstream.requests();
    const client = await asking(rollcall.url);
    await eventually(() => upstream.requests() > asked || undefined, () => "the client's refresh probed nothing");
    const waiting = [status(rollcall.url), status(rollcall.url)];
    await passed(50);
    client.resetAndDestroy();
    await passed(50);
    const late = status(rollcall.url);
    gate.open("NOT_SERVING");
    assert.deepEqual(await Promise.all([...waiting, late]), [503, 503, 503]);
    gate.open("SERVING");
    await passed(STALE_MS);
    assert.equal(await status(rollcall.url), 200);
  });
}

async function status(url: string): Promise<number> {
  const response = await fetch(`${url}/dry_run`);
  await response.body?.cancel();
  return response.status;
}

/** A client of which the test holds the connection. */
async function asking(url: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.write(`GET /dry_run HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`);
  return socket;
}
