import type { ServiceImpl } from "@connectrpc/connect";
import type { JinaGatewayDryRunRPC } from "../gen/jina/jina_pb.ts";
import { type DryRun, dryRun } from "./dry-run.ts";
import { prepareOnce } from "./prepared.ts";
import { callOf } from "./rpc-call.ts";

/**
 * `jina.JinaGatewayDryRunRPC`: as Jina's gateway answers, the RPC is always OK and a failure is inside `StatusProto`;
 * success is the empty message.
 */
export function createJinaRpc(): ServiceImpl<typeof JinaGatewayDryRunRPC> {
  const prepare = prepareOnce(dryRun);
  return {
    async dry_run(_request, context) {
      const { load, caller } = callOf(context);
      return statusProto(prepare(await load(caller.options), caller.isTrusted));
    },
  };
}

function statusProto({ code, description, exception }: DryRun) {
  if (exception === null) return { code, description };
  const { name, args, stacks, executor } = exception;
  return { code, description, exception: { name, args: [...args], stacks: [...stacks], executor } };
}
