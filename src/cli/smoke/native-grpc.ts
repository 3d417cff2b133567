import { ask, targetOf } from "../ask.ts";
import { REQUEST_MAX_MS } from "../deployment.ts";
import { rpcErrorOf } from "../rpc-error.ts";
import { fail, type Finding, pass, skip, type Smoke } from "./finding.ts";

/**
 * Check native gRPC: at `address`, or at the deployment's own over TLS, where the edge may convert it.
 *
 * @param address `[grpc[s]://]host:port`.
 */
export async function checkNativeGrpc(
  { deployment: { url }, io }: Smoke,
  address: string | undefined,
): Promise<Finding> {
  const name = "native gRPC";
  if (address === undefined && !url.startsWith("https://")) {
    return skip(name, "it takes a port of its own, or TLS", "pass --grpc host:port, the GRPC_PORT of a Deno process");
  }
  const own = url.replace(/^https/, "grpcs");
  const asked = address === undefined ? own : /^grpcs?:\/\//.test(address) ? address : `grpc://${address}`;
  // Only a Rollcall is sure to serve this name.
  const outcome = await ask(targetOf({ url: asked, protocol: "grpc" }, "liveness"), REQUEST_MAX_MS, io);
  if (outcome.kind === "answered" && outcome.status === "SERVING") return pass(name, `${asked} answers`);
  const { code, detail } = rpcErrorOf(outcome);
  const seen = `${asked}: ${code}${detail === "" ? "" : `, ${detail}`}`;
  if (address !== undefined) return fail(name, seen, "set GRPC_PORT, and let that port through");
  return skip(name, seen, "if you need it: on a domain of your own turn on Network, gRPC; workers.dev has none");
}
