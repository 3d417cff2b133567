import { parse } from "smol-toml";

/**
 * A configuration of workerd for one Worker on a free port of 127.0.0.1, which may fetch from any address.
 * Source: https://github.com/cloudflare/workerd/blob/main/src/workerd/server/workerd.capnp
 */
export function workerdConfig(script: string, vars: Readonly<Record<string, unknown>>): string {
  const { compatibility_date, compatibility_flags } = parse(
    Deno.readTextFileSync(new URL("../../wrangler.toml", import.meta.url)),
  );
  const bindings = Object.entries(vars).map(([name, value]) =>
    `(name = ${text(name)}, json = ${text(JSON.stringify(value))})`
  );
  const flags = Array.isArray(compatibility_flags) ? compatibility_flags.map((flag) => text(String(flag))) : [];
  return `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = ${text(script)})],
  compatibilityDate = ${text(String(compatibility_date))},
  compatibilityFlags = [${flags.join(", ")}],
  bindings = [${bindings.join(", ")}],
);
`;
}

/** A literal of Cap'n Proto: as in C, bytes beyond printable ASCII by their codes. */
function text(value: string): string {
  const escaped = [...new TextEncoder().encode(value)].map((byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, "0")}`
  );
  return `"${escaped.join("")}"`;
}
