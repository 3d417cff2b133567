import assert from "node:assert/strict";
import { WIRE_STATUS } from "../../../src/wire/health.ts";
import { passed } from "../../support/eventually.ts";
import { healthCall, WEB_FORMATS } from "../../support/grpc-web-client.ts";
import type { StartRollcall } from "../../support/rollcall.ts";
import { startUpstream } from "../../support/upstream.ts";

const ROOT = new URL("../../../", import.meta.url);

/** The clients by other hands that people have. */
export function clientsSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: buf curl and the official grpc-web client`, async (t) => {
    await using upstream = await startUpstream();
    await using rollcall = await start({
      upstreams: [{ name: "a", url: upstream.url }],
      vars: { TTL_MS: "100", STALE_MS: "60000", WATCH_MAX_MS: "1000" },
    });

    for (const protocol of ["grpcweb", "connect"]) {
      const curl = (method: string, message: object) => bufCurl({ url: rollcall.url, protocol, method, message });

      await t.step(`buf curl --protocol ${protocol} gets Check, List and Watch`, async () => {
        const [check, list, watch, unknown, missing] = await Promise.all([
          curl("Check", { service: "a" }),
          curl("List", {}),
          curl("Watch", { service: "a" }),
          curl("Watch", { service: "nobody" }),
          curl("Check", { service: "nobody" }),
        ]);
        assert.deepEqual(check.messages, [{ status: "SERVING" }]);
        assert.deepEqual(list.messages, [{ statuses: { "": { status: "SERVING" }, a: { status: "SERVING" } } }]);
        assert.deepEqual(watch.messages, [{ status: "SERVING" }]);
        assert.deepEqual(unknown.messages, [{ status: "SERVICE_UNKNOWN" }]);
        assert.match(missing.error, /"code": "not_found"/);
      });
    }

    for (const format of WEB_FORMATS) {
      const call = (method: "Check" | "Watch", service: string) =>
        healthCall({ url: rollcall.url, format, method, service });

      await t.step(`grpc-web with xhr2 gets Check, and NOT_FOUND, in the format ${format}`, async () => {
        assert.deepEqual(await call("Check", "a"), { statuses: [WIRE_STATUS.SERVING], code: 0 });
        assert.deepEqual(await call("Check", "nobody"), { statuses: [], code: 5 });
      });
    }

    await t.step("grpc-web with xhr2 gets Watch in its format for streams, text", async () => {
      const call = healthCall({ url: rollcall.url, format: "text", method: "Watch", service: "a" });
      // xhr2 hands a stream over when it has ended, so that no message can be waited for.
      await passed(300);
      upstream.setStatus("", "NOT_SERVING");
      assert.deepEqual(await call, { statuses: [WIRE_STATUS.SERVING, WIRE_STATUS.NOT_SERVING], code: 0 });
    });
  });
}

interface Curl {
  readonly url: string;
  readonly protocol: string;
  readonly method: string;
  readonly message: object;
}

/** Call a method with our own proto. */
async function bufCurl({ url, protocol, method, message }: Curl) {
  const target = `${url}/grpc.health.v1.Health/${method}`;
  const args = ["curl", "--schema", "proto", "--protocol", protocol, "--data", JSON.stringify(message), target];
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "npm:@bufbuild/buf", ...args], cwd: ROOT });
  const { stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  return { messages: parseAll(text), error: new TextDecoder().decode(stderr) };
}

/** One or several JSON objects, each begun at the start of a line. */
function parseAll(text: string): unknown[] {
  return text.split(/^(?=\{)/m).filter((part) => part.trim() !== "").map((part) => JSON.parse(part));
}
