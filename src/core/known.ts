import type { Negotiation } from "./observation.ts";
import { type Target, targetKey } from "./registry.ts";
import type { Snapshot } from "./snapshot.ts";

/** What earlier probes learned of how to ask a target. */
export interface Known {
  /** Of the target itself, or of another of its upstream. */
  readonly negotiation?: Negotiation;
  /** Its upstream has no `Health/List`. */
  readonly hasNoList?: true;
  /** Its last probe failed. */
  readonly isFailing: boolean;
}

/** Nothing learned yet. */
export const NOTHING_KNOWN: Known = { isFailing: false };

/** What a snapshot tells of how to ask a target. */
export function knownOf(target: Target, { targets }: Pick<Snapshot, "targets">): Known {
  const observation = targets[target.key]?.observation;
  if (observation === undefined && target.upstream.protocol !== "auto") return NOTHING_KNOWN;
  const negotiation = observation?.negotiation ?? siblingsNegotiation(target, { targets });
  return {
    ...(negotiation && { negotiation }),
    // Asked anew after a failure: what came back may be another version of the server.
    ...(observation?.kind === "answered" && observation.hasNoList && { hasNoList: true }),
    isFailing: observation?.kind === "failed",
  };
}

/** Services of one upstream live at one address, so what one of them learned holds for all. */
function siblingsNegotiation({ upstream }: Target, { targets }: Pick<Snapshot, "targets">): Negotiation | undefined {
  return upstream.services
    .map((service) => targets[targetKey(upstream.name, service)]?.observation.negotiation)
    .find((negotiation) => negotiation?.protocol !== undefined);
}
