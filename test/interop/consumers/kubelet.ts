import { toolVersion } from "../pinned.ts";
import { goTools } from "../prepare.ts";
import { lineOf } from "./command.ts";
import type { Consumer, Use } from "./consumer.ts";

const ALIVE = "rollcall liveness: service healthy; rollcall readiness: success: {}";
const STARTED = "rollcall startup: success: {}; rollcall liveness: service healthy";
const UNHEALTHY = 'service unhealthy (responded with "NOT_SERVING")';
const READY = '{"code":0,"description":"","exception":null}';

/** The kubelet's own probes, as `deploy/` sets them. */
export const KUBELET: Consumer = {
  name: "Kubernetes' probes",
  version: toolVersion("k8s.io/kubernetes"),
  prepare: async () => {
    await goTools();
  },
  uses: [
    probes("deploy/kubernetes.yaml", `0: ${ALIVE}`, `0: ${ALIVE}`),
    probes(
      "deploy/kubernetes-gate.yaml",
      `0: ${STARTED}; rollcall readiness: service healthy; shop readiness: success: ${READY}`,
      `0: ${STARTED}; rollcall readiness: ${UNHEALTHY}; shop readiness: failure: HTTP probe failed with statuscode: 503`,
    ),
  ],
};

function probes(manifest: string, up: string, down: string): Use {
  return {
    what: `the probes of ${manifest}, by the kubelet's code`,
    of: "Deno",
    up,
    down,
    begin: async ({ grpc, http }) => {
      const ports = [`8787=${new URL(http.Deno).port}`, `50051=${grpc.split(":")[1]}`];
      const program = `${await goTools()}kubernetes`;
      return { see: () => lineOf(program, ["probe", manifest, ...ports], "; ") };
    },
  };
}
