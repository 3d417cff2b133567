import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { Health } from "../../../src/gen/grpc/health/v1/health_pb.ts";
import { JinaGatewayDryRunRPC } from "../../../src/gen/jina/jina_pb.ts";
import { decodeFrames, encodeFrame } from "../../../src/wire/grpc-web.ts";
import { decodeHealthCheckResponse, encodeHealthCheckRequest, WIRE_STATUS } from "../../../src/wire/health.ts";
import type { StartRollcall } from "../../support/rollcall.ts";
import { startUpstream } from "../../support/upstream.ts";

/** The RPCs, asked by connect-web over the network, and by hand where no client asks so. */
export function rpcSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: RPCs over a fleet that serves in part`, async (t) => {
    await using upstream = await startUpstream({ services: { "": "SERVING", "acme.Cart": "NOT_SERVING" } });
    await using rollcall = await start({
      upstreams: [{ name: "a", url: upstream.url }, { name: "b", url: upstream.url, services: ["acme.Cart"] }],
      groups: { either: { members: ["a", "b"], policy: "any" } },
    });
    const raw = (path: string, init: RequestInit = {}) => fetch(`${rollcall.url}/grpc.health.v1.Health/${path}`, init);

    for (const [name, transport] of Object.entries(transports(rollcall.url))) {
      const health = createClient(Health, transport);
      const check = async (service: string) => (await health.check({ service })).status;

      await t.step(`P1: Check of a known name is OK over ${name}`, async () => {
        assert.equal(await check("a"), WIRE_STATUS.SERVING);
        assert.equal(await check("acme.Cart"), WIRE_STATUS.NOT_SERVING);
        assert.equal(await check("b/acme.Cart"), WIRE_STATUS.NOT_SERVING);
        assert.equal(await check("either"), WIRE_STATUS.SERVING);
        assert.equal(await check("liveness"), WIRE_STATUS.SERVING);
      });

      await t.step(`P2: Check of an unknown name is NOT_FOUND over ${name}`, async () => {
        await assert.rejects(check("nobody"), (error) => ConnectError.from(error).code === Code.NotFound);
      });

      await t.step(`P3: "" is the fleet over ${name}`, async () => {
        assert.equal(await check(""), WIRE_STATUS.NOT_SERVING);
        assert.equal(await check("readiness"), WIRE_STATUS.NOT_SERVING);
      });

      await t.step(`P6: List returns "" and all names over ${name}`, async () => {
        const { statuses } = await health.list({});
        const named = Object.fromEntries(Object.entries(statuses).map(([name, { status }]) => [name, status]));
        assert.deepEqual(named, { "": 2, a: 1, b: 2, "acme.Cart": 2, either: 1 });
      });

      await t.step(`J5: a failing dry_run is an OK answer over ${name}`, async () => {
        const { code, exception } = await createClient(JinaGatewayDryRunRPC, transport).dry_run({});
        assert.equal(code, 1);
        assert.deepEqual(exception?.args, ["|Gateway: Deployment b/acme.Cart answered NOT_SERVING."]);
      });
    }

    await t.step("P13: Connect JSON is 200, and 404 not_found", async () => {
      const ask = (service: string) =>
        raw("Check", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ service }),
        });
      const known = await ask("a");
      assert.equal(known.status, 200);
      assert.deepEqual(await known.json(), { status: "SERVING" });
      const unknown = await ask("nobody");
      assert.equal(unknown.status, 404);
      assert.equal((await unknown.json()).code, "not_found");
    });

    await t.step("P12, deviation: Check and List answer GET, and are kept like any GET", async () => {
      const query = (message: object) =>
        `connect=v1&encoding=json&message=${encodeURIComponent(JSON.stringify(message))}`;
      const known = await raw(`Check?${query({ service: "a" })}`);
      assert.deepEqual(await known.json(), { status: "SERVING" });
      assert.equal(known.headers.get("cache-control"), "public, max-age=15");
      const again = await raw(`Check?${query({ service: "a" })}`, {
        headers: { "if-none-match": known.headers.get("etag") ?? "" },
      });
      assert.equal(again.status, 304);
      const list = await raw(`List?${query({})}`);
      assert.equal((await list.json()).statuses.a.status, "SERVING");
      assert.equal(list.headers.get("cache-control"), "no-cache");
    });

    await t.step("P12, deviation: grpc-web-text is answered in kind", async () => {
      const asked = Buffer.from(encodeFrame(encodeHealthCheckRequest("a"))).toString("base64");
      const response = await raw("Check", {
        method: "POST",
        headers: { "content-type": "application/grpc-web-text" },
        body: asked,
      });
      assert.equal(response.headers.get("content-type"), "application/grpc-web-text+proto");
      const [message, trailer] = decodeFrames(fromBase64(await response.text())) ?? [];
      assert.equal(decodeHealthCheckResponse(message?.payload ?? new Uint8Array()), WIRE_STATUS.SERVING);
      assert.match(new TextDecoder().decode(trailer?.payload), /grpc-status: ?0/i);
    });
  });

  Deno.test(`${platform}: J5: a dry_run of a serving fleet is the empty message; P6: a List too long is refused`, async () => {
    await using upstream = await startUpstream();
    await using rollcall = await start({ upstreams: [{ name: "a", url: upstream.url }], vars: { LIST_MAX: "1" } });
    for (const transport of Object.values(transports(rollcall.url))) {
      const { code, description, exception } = await createClient(JinaGatewayDryRunRPC, transport).dry_run({});
      assert.deepEqual({ code, description, exception }, { code: 0, description: "", exception: undefined });
      await assert.rejects(
        createClient(Health, transport).list({}),
        (error) => ConnectError.from(error).code === Code.ResourceExhausted,
      );
    }
    const response = await fetch(`${rollcall.url}/jina.JinaGatewayDryRunRPC/dry_run`, {
      method: "POST",
      headers: { "content-type": "application/proto" },
    });
    assert.equal((await response.arrayBuffer()).byteLength, 0);
  });
}

function transports(baseUrl: string): Readonly<Record<string, Transport>> {
  return {
    "gRPC-web": createGrpcWebTransport({ baseUrl }),
    "Connect proto": createConnectTransport({ baseUrl, useBinaryFormat: true }),
    "Connect JSON": createConnectTransport({ baseUrl }),
    "Connect GET": createConnectTransport({ baseUrl, useHttpGet: true }),
  };
}

/** Texts that were padded each on its own. */
function fromBase64(text: string): Uint8Array {
  return Buffer.concat((text.match(/[^=]+=*/g) ?? []).map((part) => Buffer.from(part, "base64")));
}
