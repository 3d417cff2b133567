import { toolVersion } from "../pinned.ts";
import { goTools } from "../prepare.ts";
import { eachTime } from "./command.ts";
import type { Consumer, Use } from "./consumer.ts";
import { DRY_RUN } from "./dry-run.ts";

const SERVING = "0: status: SERVING";
const NOT_FOUND = '3: error: health rpc failed: rpc error: code = NotFound desc = unknown service "nobody"';

/** grpc-ecosystem's probe for containers. */
export const GRPC_HEALTH_PROBE: Consumer = {
  name: "grpc_health_probe",
  version: toolVersion("github.com/grpc-ecosystem/grpc-health-probe"),
  prepare,
  uses: [
    probe("readiness", SERVING, '4: service unhealthy (responded with "NOT_SERVING")'),
    probe("checkout", SERVING, '4: service unhealthy (responded with "NOT_SERVING")'),
    probe("payments", SERVING, SERVING),
    probe("liveness", SERVING, SERVING),
    probe("nobody", NOT_FOUND, NOT_FOUND),
  ],
};

function probe(service: string, up: string, down: string): Use {
  return {
    what: `grpc_health_probe -addr=127.0.0.1:50051 -service=${service}`,
    of: "Deno",
    up,
    down,
    begin: async ({ grpc }) =>
      eachTime(`${await goTools()}grpc-health-probe`, [`-addr=${grpc}`, `-service=${service}`]),
  };
}

const SERVICES = [
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
  "jina.JinaGatewayDryRunRPC",
  "rollcall.v1.MaintenanceService",
  "rollcall.v1.RegistryService",
  "rollcall.v1.StatusService",
];
const LISTED = `0: ${SERVICES.join(" ")}`;

/** fullstorydev's gRPC client, which learns what it sends from server reflection. The first two are Jina's documented commands. */
export const GRPCURL: Consumer = {
  name: "grpcurl",
  version: toolVersion("github.com/fullstorydev/grpcurl"),
  prepare,
  uses: [
    grpcurl(["jina.JinaGatewayDryRunRPC/dry_run"], DRY_RUN.up, DRY_RUN.down),
    grpcurl(["grpc.health.v1.Health/Check"], '0: { "status": "SERVING" }', '0: { "status": "NOT_SERVING" }'),
    grpcurl(["list"], LISTED, LISTED),
  ],
};

/** @param asked What follows the address on the command line. */
function grpcurl(asked: readonly string[], up: string, down: string): Use {
  return {
    what: `grpcurl -plaintext 127.0.0.1:12345 ${asked.join(" ")}`,
    of: "Deno",
    up,
    down,
    begin: async ({ grpc }) => eachTime(`${await goTools()}grpcurl`, ["-plaintext", grpc, ...asked]),
  };
}

async function prepare(): Promise<void> {
  await goTools();
}
