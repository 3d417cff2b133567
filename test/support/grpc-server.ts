import { type GrpcListen, startGrpcServer } from "../../src/grpc-server/server.ts";
import type { Load, Report } from "../../src/core/report.ts";
import type { SurfaceSettings } from "../../src/surface/settings.ts";
import { fixedLoad } from "./reports.ts";
import { settings } from "./surfaces.ts";

/** A native gRPC server on a free port of 127.0.0.1. */
export interface Served extends AsyncDisposable {
  readonly port: number;
  /** As shutdown does: `shutdown` aborts, then the server closes. */
  close(): Promise<void>;
}

/** Serve a report, or a load of the test's own. */
export async function serve(
  source: Report | Load,
  { tls, ...more }: Partial<SurfaceSettings> & Pick<GrpcListen, "tls"> = {},
): Promise<Served> {
  const load = typeof source === "function" ? source : fixedLoad(source).load;
  const shutdown = new AbortController();
  const surface = settings({ shutdown: shutdown.signal, ...more });
  const server = await startGrpcServer({ host: "127.0.0.1", port: 0, ...(tls && { tls }) }, surface, () => load);
  let closed: Promise<void> | undefined;
  const close = () => {
    shutdown.abort();
    return closed ??= server.close();
  };
  return {
    port: server.port,
    close,
    [Symbol.asyncDispose]: close,
  };
}
