import type { Peer, RunningPeer } from "../peer.ts";
import { startPeerProcess } from "../peer-process.ts";
import { pythonVersion } from "../pinned.ts";
import { pythonWith } from "../prepare.ts";

const FOLDER = new URL("python/", import.meta.url);

/** grpclib with its own health service. */
export const GRPCLIB: Peer = {
  name: "grpclib",
  version: pythonVersion("python", "grpclib"),
  protocols: ["grpc"],
  hasList: false,
  prepare,
  start: (port) => start("serve_grpclib.py", port),
};

/** grpcio-health-checking on `grpc.aio`, as Jina runs it. */
export const GRPCIO: Peer = {
  name: "grpcio-health-checking",
  version: pythonVersion("python", "grpcio-health-checking"),
  protocols: ["grpc"],
  hasList: false,
  prepare,
  start: (port) => start("serve_grpcio.py", port),
};

async function prepare(): Promise<void> {
  await python();
}

function python(): Promise<string> {
  return pythonWith(new URL("requirements.txt", FOLDER));
}

async function start(script: string, port: number): Promise<RunningPeer> {
  const peer = await startPeerProcess(await python(), [new URL(script, FOLDER).pathname, String(port)]);
  return { port: peer.port, setStatus: (service, status) => peer.tell(`${status} ${service}`), end: peer.end };
}
