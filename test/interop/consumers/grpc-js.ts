import { Client, credentials } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { decodeHealthCheckResponse, encodeHealthCheckRequest, wireStatusOf } from "../../../src/wire/health.ts";
import { npmVersion } from "../pinned.ts";
import type { Consumer, Using } from "./consumer.ts";

/** grpc-node's client, which holds a Watch open through all phases. */
export const GRPC_JS_CLIENT: Consumer = {
  name: "@grpc/grpc-js",
  version: npmVersion("@grpc/grpc-js"),
  prepare: () => Promise.resolve(),
  uses: [{
    what: 'client.Watch({ service: "checkout" })',
    of: "Deno",
    up: "SERVING",
    down: "NOT_SERVING",
    begin: ({ grpc }) => Promise.resolve(watch(grpc, "checkout")),
  }],
};

function watch(address: string, service: string): Using {
  const client = new Client(address, credentials.createInsecure());
  let last = "nothing yet";
  const call = client.makeServerStreamRequest(
    "/grpc.health.v1.Health/Watch",
    (name: string) => Buffer.from(encodeHealthCheckRequest(name)),
    (bytes) => wireStatusOf(decodeHealthCheckResponse(bytes) ?? 0),
    service,
  );
  call.on("data", (status: string) => last = status);
  call.on("error", (error) => last = String(error));
  return {
    see: () => Promise.resolve(last),
    end: () => {
      call.cancel();
      client.close();
      return Promise.resolve();
    },
  };
}
