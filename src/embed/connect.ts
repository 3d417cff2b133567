import { Code, ConnectError, type ConnectRouter, type ServiceImpl } from "@connectrpc/connect";
import { Health } from "../gen/grpc/health/v1/health_pb.ts";
import { WIRE_STATUS } from "../wire/health.ts";
import { listed, TOO_MANY_NAMES, unknownService } from "./rpc-rules.ts";
import type { ServerHealth } from "./server-health.ts";

/** `grpc.health.v1.Health` for a connect-es server: the `routes` of its adapter, or a function to call with their router. */
export function connectHealth(health: ServerHealth): (router: ConnectRouter) => void {
  const implementation = implement(health);
  return (router) => void router.service(Health, implementation);
}

function implement(health: ServerHealth): ServiceImpl<typeof Health> {
  return {
    async check({ service }, { signal }) {
      const status = await health.check(service, { signal });
      if (status === "SERVICE_UNKNOWN") throw new ConnectError(unknownService(service), Code.NotFound);
      return { status: WIRE_STATUS[status] };
    },
    async list(_request, { signal }) {
      const statuses = await listed(health, { signal });
      if (statuses === undefined) throw new ConnectError(TOO_MANY_NAMES, Code.ResourceExhausted);
      return {
        statuses: Object.fromEntries([...statuses].map(([name, status]) => [name, { status: WIRE_STATUS[status] }])),
      };
    },
    async *watch({ service }, { signal }) {
      for await (const status of health.watch(service, { signal })) yield { status: WIRE_STATUS[status] };
      // The deadline's own error, when that is what ended the call.
      signal.throwIfAborted();
    },
  };
}
