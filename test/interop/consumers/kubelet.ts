import { toolVersion } from "../pinned.ts";
import { goTools } from "../prepare.ts";
import { eachTime } from "./command.ts";
import type { Consumer, Use } from "./consumer.ts";

/** The kubelet's own probes, as `deploy/` sets them. */
export const KUBELET: Consumer = {
  name: "Kubernetes' probes",
  version: toolVersion("k8s.io/kubernetes"),
  prepare: async () => {
    await goTools();
  },
  uses: [
    probes(
      "deploy/kubernetes.yaml",
      "0: rollcall liveness: service healthy rollcall readiness: success: {}",
      "0: rollcall liveness: service healthy rollcall readiness: success: {}",
    ),
    probes("deploy/kubernetes-gate.yaml", "", ""),
  ],
};

function probes(manifest: string, up: string, down: string): Use {
  return {
    what: `kubectl apply -f ${manifest}`,
    of: "Deno",
    up,
    down,
    begin: async ({ grpc, http }) => {
      const ports = [`8787=${new URL(http.Deno).port}`, `50051=${grpc.split(":")[1]}`];
      return eachTime(`${await goTools()}kubernetes`, ["probe", manifest, ...ports]);
    },
  };
}
