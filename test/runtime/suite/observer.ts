import assert from "node:assert/strict";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import type { HealthDocument } from "../../../src/core/health-document.ts";
import { OBSERVER_SUSPECT } from "../../../src/core/observer.ts";
import { Health } from "../../../src/gen/grpc/health/v1/health_pb.ts";
import { JinaGatewayDryRunRPC } from "../../../src/gen/jina/jina_pb.ts";
import { WIRE_STATUS } from "../../../src/wire/health.ts";
import { schemaFaults } from "../../support/health-schema.ts";
import type { RunningRollcall, StartRollcall } from "../../support/rollcall.ts";
import { startUpstream } from "../../support/upstream.ts";

const READ_TOKEN = "a-token-for-reading-all";

/** Longer than the test, so that nothing is asked but when it says so. */
const vars = { READ_TOKEN, TTL_MS: "60000", STALE_MS: "120000" };

/** A place that has lost its network doubts itself, on every surface. */
export function observerSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: a place that reaches neither its upstreams nor its canary says so, until it does again`, async () => {
    const ports: (number | undefined)[] = [undefined, undefined, undefined];
    const up = () => Promise.all(ports.map((port) => startUpstream(port === undefined ? {} : { port })));
    let network = await up();
    network.forEach(({ port }, index) => ports[index] = port);
    const down = () => Promise.all(network.map((server) => server.close()));
    const [one, other, canary] = network;
    assert.ok(one && other && canary);
    await using rollcall = await start({
      upstreams: [
        { name: "one", url: one.url, protocol: "connect" },
        { name: "other", url: other.url.replace("127.0.0.1", "localhost"), protocol: "connect" },
      ],
      groups: { both: ["one", "other"] },
      vars: { ...vars, CANARY_URL: canary.url },
    });
    try {
      assert.equal((await health(rollcall)).servingStatus, "SERVING");
      const ending = new AbortController();
      const transport = createConnectTransport({ baseUrl: rollcall.url });
      const watch = createClient(Health, transport).watch({ service: "both" }, { signal: ending.signal });
      const messages = watch[Symbol.asyncIterator]();
      const heard = async () => (await messages.next()).value?.status;
      assert.equal(await heard(), WIRE_STATUS.SERVING);

      await down();
      const doubted = await health(rollcall, true);
      assert.deepEqual(
        [doubted.status, doubted.servingStatus, doubted.problems],
        ["fail", "UNKNOWN", [OBSERVER_SUSPECT]],
      );
      for (const { name, status, members = [] } of doubted.names) {
        assert.equal(status, name === "liveness" ? "SERVING" : "UNKNOWN", name);
        for (const member of members) assert.equal(member.status, "UNKNOWN", `${name}: ${member.name}`);
      }
      assert.equal(await heard(), WIRE_STATUS.UNKNOWN);
      const dryRun = await fetch(`${rollcall.url}/dry_run`);
      assert.deepEqual([dryRun.status, dryRun.headers.get("cache-control")], [503, "no-cache"]);
      assert.match((await dryRun.json()).description, /observer_suspect/);
      const jina = await createClient(JinaGatewayDryRunRPC, transport).dry_run({});
      assert.match(jina.description, /observer_suspect/);
      const metrics = await (await fetch(`${rollcall.url}/metrics`)).text();
      assert.match(metrics, /^rollcall_problems 1$/m);

      network = await up();
      assert.equal((await health(rollcall, true)).servingStatus, "SERVING");
      assert.equal(await heard(), WIRE_STATUS.SERVING);
      ending.abort();
    } finally {
      await down();
    }
  });
}

/** The report; forced, after all was asked again. */
async function health({ url }: RunningRollcall, isForced = false): Promise<HealthDocument> {
  const headers = isForced ? { authorization: `Bearer ${READ_TOKEN}`, "cache-control": "no-cache" } : undefined;
  const document = await (await fetch(`${url}/health`, { ...(headers && { headers }) })).json();
  assert.deepEqual(schemaFaults(document), []);
  return document;
}
