import type { RollcallOptions } from "../../test/support/rollcall.ts";
import { startChild } from "./child.ts";

/** Real health servers in one process of their own, so that they can be killed and their CPU is not ours. */
export interface Upstreams extends AsyncDisposable {
  readonly ports: readonly number[];
  /** Checks received so far, all together. */
  checks(): Promise<number>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Start one on each port; 0 is any free one. */
export async function startUpstreams(ports: readonly number[]): Promise<Upstreams> {
  const child = startChild("bench/lab/upstreams-process.ts", { args: ports.map(String) });
  const started = await child.read() as { ports: number[] };
  return {
    ports: started.ports,
    checks: async () => {
      child.write("checks");
      return (await child.read() as { checks: number }).checks;
    },
    kill: child.kill,
    [Symbol.asyncDispose]: child.kill,
  };
}

/** `count` times any free port. */
export function anyPorts(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}

/** Opens detail and lifts the limit of forced refreshes, here only. */
export const READ_TOKEN = "rollcall-bench-read-token";

/** A fleet of upstreams `u0`, `u1`, … on these ports of 127.0.0.1, which may repeat; what is measured meets no proxy. */
export function fleetOf(ports: readonly number[]): RollcallOptions {
  const upstreams = ports.map((port, index) => ({
    name: `u${index}`,
    url: `http://127.0.0.1:${port}`,
    protocol: "grpc-web",
  }));
  return { upstreams, vars: { READ_TOKEN }, isDirect: true };
}
