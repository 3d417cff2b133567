import { DISCOVERED } from "../../src/core/registry.ts";
import { type Ask, NOBODY } from "./asks.ts";
import { type Peer, type RunningPeer, SERVICE } from "./peer.ts";

/** A peer on its way through the phases. */
export interface Staged {
  readonly peer: Peer;
  /** Where it listens, or listened. */
  readonly port: number;
  /** Undefined while it is gone. */
  running: RunningPeer | undefined;
}

/** What is done to every peer, and what each service then is. */
export interface Phase {
  readonly name: string;
  readonly enact: (staged: Staged) => Promise<void> | undefined;
  /** By service, what one that the peer has is; {@link NOBODY} is `service_not_registered` while the peer answers. */
  readonly statuses: Readonly<Record<string, "SERVING" | "NOT_SERVING">>;
}

const UP = { "": "SERVING", [SERVICE]: "SERVING", [NOBODY]: "NOT_SERVING" } as const;
const TURNED = { ...UP, [SERVICE]: "NOT_SERVING" } as const;
const GONE = { ...TURNED, "": "NOT_SERVING" } as const;

/** Up, down and up by what the peer says; then down and up because it is gone and comes back. */
export const PHASES: readonly Phase[] = [
  { name: "up", enact: start, statuses: UP },
  { name: "turned", enact: ({ running }) => running?.setStatus(SERVICE, "NOT_SERVING"), statuses: TURNED },
  { name: "turned back", enact: ({ running }) => running?.setStatus(SERVICE, "SERVING"), statuses: UP },
  { name: "gone", enact: end, statuses: GONE },
  { name: "back", enact: start, statuses: UP },
];

/** Start a peer at its port, unless it runs. */
async function start(staged: Staged): Promise<void> {
  staged.running ??= await staged.peer.start(staged.port);
}

/** End a peer, if it runs. */
export async function end(staged: Staged): Promise<void> {
  const { running } = staged;
  staged.running = undefined;
  await running?.end();
}

/** What is shown of an ask in a phase, by service. */
export function expectedOf({ peer, way, services }: Ask, phase: Phase): Readonly<Record<string, string>> {
  const all = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, phase.statuses[name] ?? ""]));
  if (way !== "List") return all(services);
  // Names that were found are shown while the peer answers; before and after, and where there is no List, it is one whole.
  return peer.hasList && phase.name !== "gone" ? all(["", SERVICE]) : { [DISCOVERED]: phase.statuses[""] ?? "" };
}
