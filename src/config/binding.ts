import { type Env, type Field, refuse } from "./field.ts";
import { isPlaintextGrpc, type Manner } from "./manner.ts";
import { readText } from "./read.ts";

/** What tells whether a binding is there, and will do. */
export interface BindingContext extends Manner {
  readonly env: Env;
}

/**
 * Read the name of the Worker binding that an upstream's probes go through, and check that it is one that fetches.
 *
 * Whether it carries TCP too cannot be checked: workerd's stubs answer `typeof stub.connect === "function"`, as they do for
 * every name, and tell only when called.
 */
export function readVia(field: Field, context: BindingContext): string | undefined {
  const name = readText(field);
  if (name === undefined) return undefined;
  if (context.platform === "deno") return refuse(field, "Deno has no bindings", "remove it, or deploy to Workers");
  const fix = `add to wrangler.toml ${isPlaintextGrpc(context) ? tcpLines(name) : fetchLines(name)}`;
  if (!Object.hasOwn(context.env, name)) return refuse(field, "the Worker has no binding of this name", fix);
  return isFetching(context.env[name]) ? name : refuse(field, "this binding has no fetch()", fix);
}

/** As `probe/network/workers.ts` knows a binding: what this let pass and that did not would leave by the public internet. */
function isFetching(value: unknown): boolean {
  return typeof value === "object" && value !== null && "fetch" in value && typeof value.fetch === "function";
}

/** https://developers.cloudflare.com/workers/wrangler/configuration/#bindings */
function fetchLines(name: string): string {
  const binding = `binding = ${JSON.stringify(name)}`;
  return `[[services]] ${binding} service = "…", [[vpc_services]] ${binding} service_id = "…", ` +
    `[[vpc_networks]] ${binding} network_id = "…" or [[mtls_certificates]] ${binding} certificate_id = "…"`;
}

/** Those that can carry a TCP connection; a service must be a Worker with a `connect` handler. */
function tcpLines(name: string): string {
  const binding = `binding = ${JSON.stringify(name)}`;
  return `[[vpc_networks]] ${binding} network_id = "…" or [[services]] ${binding} service = "…", ` +
    "for native gRPC without TLS is a TCP connection";
}
