import type { Protocol } from "../core/registry.ts";
import { type Field, refuse } from "./field.ts";
import type { Manner } from "./manner.ts";
import { readBoolean } from "./read.ts";
import { isDiscovery } from "./services.ts";

/** Read whether an upstream's Watch streams are kept open; only a process that lives can, and only where Watch is spoken. */
export function readWatch(fieldOf: (key: "watch" | "services") => Field, { platform, protocol }: Manner): boolean {
  const field = fieldOf("watch");
  if (!readBoolean(field, false)) return false;
  if (platform === "workers") refuse(field, "a Worker cannot keep a stream open", "remove it, or run on Deno");
  if (protocol !== undefined && !WATCHABLE.includes(protocol)) {
    const state = protocol === "auto" ? "auto does not say how to watch" : `${protocol} has no Watch`;
    refuse(field, state, `remove it, or set protocol ${WATCHABLE.join(" or ")}`);
  }
  if (isDiscovery(fieldOf("services").value)) {
    refuse(field, "discovered services are not watched", "remove it, or name the services");
  }
  return true;
}

const WATCHABLE: readonly (Protocol | "auto")[] = ["grpc", "grpc-web", "connect"];
