import { npmVersion } from "../pinned.ts";
import { eachTime } from "./command.ts";
import type { Consumer, Use } from "./consumer.ts";
import { DRY_RUN } from "./dry-run.ts";

/** buf's gRPC, gRPC-web and Connect client. */
export const BUF_CURL: Consumer = {
  name: "buf curl",
  version: npmVersion("@bufbuild/buf"),
  prepare: () => Promise.resolve(),
  uses: (["grpc", "grpcweb", "connect"] as const).flatMap((protocol) => [
    ...curls("Deno", protocol),
    ...protocol === "grpc" ? [] : curls("workerd", protocol),
  ]),
};

function curls(of: "Deno" | "workerd", protocol: "grpc" | "grpcweb" | "connect"): readonly Use[] {
  const use = (rpc: string, data: string, up: string, down: string): Use => ({
    what: `buf curl --schema proto --protocol ${protocol}${flags(protocol)} -d '${data}' ${urlOf(of, protocol)}/${rpc}`,
    of,
    up,
    down,
    begin: ({ grpc, http }) => {
      const url = protocol === "grpc" ? `http://${grpc}` : http[of];
      const args = ["curl", "--schema", "proto", "--protocol", protocol, ...flags(protocol).split(" ").filter(Boolean)];
      return Promise.resolve(
        eachTime(Deno.execPath(), ["run", "-A", "npm:@bufbuild/buf", ...args, "-d", data, `${url}/${rpc}`]),
      );
    },
  });
  return [
    use(
      "grpc.health.v1.Health/Check",
      '{"service":"checkout"}',
      '0: { "status": "SERVING" }',
      '0: { "status": "NOT_SERVING" }',
    ),
    use("jina.JinaGatewayDryRunRPC/dry_run", "{}", DRY_RUN.up, DRY_RUN.down),
  ];
}

/** Without TLS buf must be told that a server speaks HTTP/2. */
function flags(protocol: string): string {
  return protocol === "grpc" ? " --http2-prior-knowledge" : "";
}

function urlOf(of: "Deno" | "workerd", protocol: string): string {
  if (protocol === "grpc") return "http://127.0.0.1:50051";
  return of === "Deno" ? "http://127.0.0.1:8787" : "https://rollcall.example.workers.dev";
}
