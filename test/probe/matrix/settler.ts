import type { Registry } from "../../../src/core/registry.ts";
import { systemClock } from "../../../src/clock.ts";
import { createDenoNetwork } from "../../../src/probe/network/deno.ts";
import { createProber } from "../../../src/probe/prober.ts";
import { settle, type Settled } from "./settle.ts";

/** Where the matrix runs. */
export type Platform = "Deno" | "workerd";

/** A platform on which to `settle`. */
export interface Settler {
  readonly platform: Platform;
  settle(registry: Registry): Promise<Readonly<Record<string, Settled>>>;
  end(): Promise<void>;
}

/** Settle in this process, which keeps no connection beyond its refreshes. */
export function settlerOnDeno(): Settler {
  const network = createDenoNetwork();
  const prober = createProber({ clock: systemClock, network: { ...network, keepsConnections: false } });
  return {
    platform: "Deno",
    settle: (registry) => settle(registry, prober),
    end() {
      network.close();
      return Promise.resolve();
    },
  };
}
