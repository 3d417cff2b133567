/**
 * The process that listens on a port of 127.0.0.1, from Linux's `/proc`. Throws when it is none that this process may look
 * into, as nobody's or a stranger's.
 */
export function listenerPid(port: number): number {
  const socket = `socket:[${listeningInode(port)}]`;
  for (const { name } of Deno.readDirSync("/proc")) {
    if (/^\d+$/.test(name) && openFiles(name).includes(socket)) return Number(name);
  }
  throw new Error(`Cannot find who listens on port ${port}: no process that can be seen does`);
}

/** https://www.kernel.org/doc/Documentation/networking/proc_net_tcp.txt */
function listeningInode(port: number): string {
  const address = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const sockets = Deno.readTextFileSync("/proc/net/tcp").trim().split("\n").map((line) => line.trim().split(/\s+/));
  const listening = sockets.find(([, local = "", , state]) => local.endsWith(address) && state === LISTEN);
  return listening?.[9] ?? "none";
}

const LISTEN = "0A";

/** None of a process that has gone meanwhile, or is not ours. */
function openFiles(pid: string): readonly string[] {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/fd`)].map(({ name }) => linkOf(`/proc/${pid}/fd/${name}`));
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return "";
  }
}
