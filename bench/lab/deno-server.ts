import type { Bare } from "./bare.ts";
import { type Child, startChild } from "./child.ts";
import type { Server } from "./server.ts";

/** Start Rollcall on Deno: `src/deno.ts` with these variables, a store in memory and no refresh of its own accord. */
export async function startRollcallOnDeno(vars: Readonly<Record<string, string>>): Promise<Server> {
  const env = { ...vars, HOST: "127.0.0.1", PORT: "0", GRPC_PORT: "off", KV_PATH: ":memory:", REFRESH_EVERY_MS };
  return await listening(startChild("src/deno.ts", { env }));
}

/** {@link startRollcallOnDeno}, to be asked in native gRPC. */
export async function startGrpcOnDeno(vars: Readonly<Record<string, string>>): Promise<Server> {
  const env = { ...vars, HOST: "127.0.0.1", PORT: "0", GRPC_PORT: "0", KV_PATH: ":memory:", REFRESH_EVERY_MS };
  return await listening(startChild("src/deno.ts", { env }), "grpc");
}

/** Start a bare `Deno.serve`. */
export async function startBareDeno(bare: Bare): Promise<Server> {
  return await listening(startChild("bench/lab/bare-deno.ts", { args: [JSON.stringify(bare)] }));
}

/** The most a timer holds. */
const REFRESH_EVERY_MS = "2147483647";

async function listening(child: Child, way: "url" | "grpc" = "url"): Promise<Server> {
  for (;;) {
    const line = await child.read() as { event: string; url?: string; grpc?: string };
    if (line.event === "boot-error" || line.event === "registry-error") throw new Error(JSON.stringify(line));
    const address = line[way]?.replace(/^\w+:/, "http:");
    if (line.event === "listening" && address !== undefined) {
      return { port: Number(new URL(address).port), pid: child.pid, [Symbol.asyncDispose]: child.kill };
    }
  }
}
