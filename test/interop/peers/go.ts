import type { Peer, RunningPeer } from "../peer.ts";
import { startPeerProcess } from "../peer-process.ts";
import { goVersion } from "../pinned.ts";
import { goPrograms } from "../prepare.ts";

/** grpc-go with its own health service. */
export const GRPC_GO: Peer = {
  name: "grpc-go",
  version: goVersion("google.golang.org/grpc"),
  protocols: ["grpc"],
  hasList: true,
  prepare,
  start: (port) => start("grpc-go", port),
};

/** connect-go's grpchealth on net/http, which speaks all three at one port. */
export const CONNECT_GO: Peer = {
  name: "grpchealth (connect-go)",
  version: goVersion("connectrpc.com/grpchealth"),
  protocols: ["grpc-web", "connect", "grpc"],
  hasList: false,
  prepare,
  start: (port) => start("connect-go", port),
};

async function prepare(): Promise<void> {
  await goPrograms();
}

async function start(program: string, port: number): Promise<RunningPeer> {
  const peer = await startPeerProcess(`${await goPrograms()}${program}`, [String(port)]);
  return { port: peer.port, setStatus: (service, status) => peer.tell(`${status} ${service}`), end: peer.end };
}
