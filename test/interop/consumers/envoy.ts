import { ENVOY, startEnvoy } from "../peers/envoy.ts";
import type { Consumer, Use, Using } from "./consumer.ts";
import { type Change, recipe } from "./recipe.ts";
import type { Scene } from "./scene.ts";

/** Envoy's health checkers and its health-check filter, by `deploy/envoy.yaml`. */
export const ENVOY_CHECKER: Consumer = {
  name: "Envoy",
  version: ENVOY.version,
  prepare: ENVOY.prepare,
  uses: [
    ejects("envoy -c deploy/envoy.yaml", ({ grpc }) => [["port_value: 50051", `port_value: ${grpc.split(":")[1]}`]]),
    ejects(
      "envoy -c deploy/envoy.yaml, over HTTP/1.1 and with http_health_check: { path: /dry_run, host: rollcall }",
      ({
        http,
      }) => [
        ["grpc_health_check: { service_name: checkout }", "http_health_check: { path: /dry_run, host: rollcall }"],
        ["http2_protocol_options: {}", "http_protocol_options: {}"],
        ["port_value: 50051", `port_value: ${new URL(http.Deno).port}`],
      ],
    ),
  ],
};

function ejects(what: string, changes: (scene: Scene) => readonly Change[]): Use {
  return {
    what,
    of: "Deno",
    up: "GET / is 200 by checkout, GET /healthz is 200",
    down: "GET / is 503 by Envoy, GET /healthz is 503",
    begin: (scene) => ejecting(changes(scene)),
  };
}

/** The recipe with these changes, at other ports and in a hurry, before a `checkout` that answers whatever its health is. */
async function ejecting(changes: readonly Change[]): Promise<Using> {
  const checkout = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response("checkout"));
  const envoy = await startEnvoy(recipe("envoy.yaml", [
    ...changes,
    ["port_value: 9901", "port_value: 0"],
    ["0.0.0.0, port_value: 10000", "127.0.0.1, port_value: 0"],
    ["port_value: 8080", `port_value: ${checkout.addr.port}`],
    ["interval: 5s", "interval: 0.2s"],
  ]));
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${envoy.port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  return {
    see: async () => {
      const page = await get("/");
      const by = page.text === "checkout" ? "checkout" : "Envoy";
      return `GET / is ${page.status} by ${by}, GET /healthz is ${(await get("/healthz")).status}`;
    },
    end: async () => {
      await envoy.end();
      await checkout.shutdown();
    },
  };
}
