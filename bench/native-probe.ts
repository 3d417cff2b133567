import { startHealthServers } from "./lab/health-servers.ts";
import type { Row } from "./lab/table.ts";
import { onDeno } from "./native-probe/on-deno.ts";
import { onWorkerd } from "./native-probe/on-workerd.ts";

/** What a native gRPC probe costs: on workerd beside a gRPC-web one, on Deno beside other clients of the same server. */
export async function nativeProbe(): Promise<Row[]> {
  await using servers = await startHealthServers();
  return [...await onWorkerd(servers), ...await onDeno(servers)];
}
