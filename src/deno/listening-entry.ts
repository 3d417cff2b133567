import type { Config } from "../config.ts";

/**
 * The log's entry that says where Rollcall answers, and whom it watches; the operator's boot log is the only place that shows
 * addresses.
 *
 * @param port Of HTTP, as it was given.
 * @param grpcPort Of native gRPC; undefined where it is off.
 */
export function listeningEntry(
  { server, registry, push, problems }: Config,
  port: number,
  grpcPort: number | undefined,
): object {
  const host = server.host.includes(":") ? `[${server.host}]` : server.host;
  const address = ["0.0.0.0", "[::]"].includes(host) ? "localhost" : host;
  return {
    event: "listening",
    url: `http://${address}:${port}`,
    ...(grpcPort !== undefined && { grpc: `${server.grpcTls ? "grpcs" : "grpc"}://${address}:${grpcPort}` }),
    ...(push && { pushTo: push.url, pushAs: push.name }),
    upstreams: registry.upstreams.map(({ name, url, protocol }) => ({ name, ...(url !== "" && { url }), protocol })),
    groups: registry.groups.map(({ name }) => name),
    problems: problems.length,
    ...(problems.length > 0 && { verdict: "UNKNOWN until the registry errors are mended" }),
  };
}
