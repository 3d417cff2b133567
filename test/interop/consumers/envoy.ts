import { ENVOY, startEnvoy } from "../peers/envoy.ts";
import type { Consumer, Using } from "./consumer.ts";
import { recipe } from "./recipe.ts";

/** Envoy's gRPC health checker and its health-check filter, by `deploy/envoy.yaml`. */
export const ENVOY_CHECKER: Consumer = {
  name: "Envoy",
  version: ENVOY.version,
  prepare: ENVOY.prepare,
  uses: [{
    what: "envoy -c deploy/envoy.yaml",
    of: "Deno",
    up: "GET / is 200 by checkout, GET /healthz is 200",
    down: "GET / is 503 by Envoy, GET /healthz is 503",
    begin: async ({ grpc }) => await ejecting(grpc),
  }],
};

/** The recipe as it is written, at other ports and in a hurry. */
async function ejecting(grpc: string): Promise<Using> {
  const checkout = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response("checkout"));
  const envoy = await startEnvoy(recipe("envoy.yaml", [
    ["port_value: 9901", "port_value: 0"],
    ["0.0.0.0, port_value: 10000", "127.0.0.1, port_value: 0"],
    ["port_value: 8080", `port_value: ${checkout.addr.port}`],
    ["port_value: 50051", `port_value: ${grpc.split(":")[1]}`],
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
