import { toolVersion } from "../pinned.ts";
import { goTools } from "../prepare.ts";
import type { Consumer } from "./consumer.ts";
import { lastLineOf } from "./printing.ts";

/** grpc-go's client-side health checking, which watches by itself and takes no call to what is not SERVING. */
export const GRPC_GO_CLIENT: Consumer = {
  name: "grpc-go",
  version: toolVersion("google.golang.org/grpc"),
  prepare: async () => {
    await goTools();
  },
  uses: [{
    what: 'a round_robin channel with "healthCheckConfig": {"serviceName": "checkout"}',
    of: "Deno",
    up: "READY",
    down: "TRANSIENT_FAILURE",
    begin: async ({ grpc }) => lastLineOf(`${await goTools()}balancer`, [grpc, "checkout"]),
  }],
};
