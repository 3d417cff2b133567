import type { Scene } from "./client-scenario.ts";
import type { StartRollcall } from "./rollcall.ts";
import { startUpstream } from "./upstream.ts";

/** A scene, set. */
export interface Stage extends AsyncDisposable {
  readonly scene: Scene;
  /** As at the beginning: `a` serves. */
  reset(): void;
}

/** Set the scene with a Rollcall of this platform. */
export async function setStage(start: StartRollcall): Promise<Stage> {
  const upstream = await startUpstream();
  const rollcall = await start({
    upstreams: [{ name: "a", url: upstream.url, protocol: "grpc-web" }],
    // Short ages, so that a turn shows soon.
    vars: { TTL_MS: "200", STALE_MS: "400", READ_TOKEN: "the-read-token-of-the-stage", PROBES_PER_INVOCATION: "1000" },
  });
  const turning = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ method }) => {
    if (method === "POST") upstream.setStatus("", "NOT_SERVING");
    return new Response(null, { status: 204, headers: { "access-control-allow-origin": "*" } });
  });
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const leaving = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  leaving.close();
  return {
    scene: {
      url: rollcall.url,
      turnUrl: urlOf(turning.addr),
      hungUrl: urlOf(silent.addr),
      deadUrl: urlOf(leaving.addr),
    },
    reset: () => upstream.setStatus("", "SERVING"),
    async [Symbol.asyncDispose]() {
      silent.close();
      await turning.shutdown();
      await rollcall.stop();
      await upstream.close();
    },
  };
}

function urlOf(address: Deno.Addr): string {
  const { port } = address as Deno.NetAddr;
  return `http://127.0.0.1:${port}`;
}
