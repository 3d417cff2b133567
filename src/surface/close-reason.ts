import type { Report, TargetReport } from "../core/report.ts";
import { addressOf, type Cause, causeOf, displayName } from "./culprit.ts";
import { dryRun } from "./dry-run.ts";
import { REASON_MAX_BYTES } from "./upgrade.ts";

/**
 * Why the fleet is not serving, in at most {@link REASON_MAX_BYTES} bytes of UTF-8: the whole description where it fits,
 * else Jina's shorter text with as many addresses as fit (strangers: names).
 *
 * @param report Of a fleet that is not SERVING.
 */
export function closeReason(report: Report, isTrusted: boolean): string {
  const { description } = dryRun(report, isTrusted);
  if (fits(description)) return description;
  const culprits = report.names.get("")?.culprits ?? [];
  const shorten = shortenerOf(culprits);
  for (let shown = Math.min(culprits.length, REASON_MAX_BYTES); shown > 0; shown--) {
    const text = shorten(culprits, { shown, isTrusted });
    if (fits(text)) return text;
  }
  return `Network error or not serving: ${culprits.length} deployments.`;
}

/** Causes that Jina's shorter text is true of; it has none for others, for its dry run fails by the network alone. */
const NETWORK_CAUSES: ReadonlySet<Cause> = new Set<Cause>(["unavailable", "dns", "tls", "timeout"]);

function shortenerOf(culprits: readonly TargetReport[]): Shorten {
  if (culprits.every((culprit) => NETWORK_CAUSES.has(causeOf(culprit)))) return unreachable;
  return culprits.every(({ maintenance }) => maintenance !== undefined) ? inMaintenance : notServing;
}

type Shorten = (culprits: readonly TargetReport[], how: { shown: number; isTrusted: boolean }) => string;

/** Jina's own (jina-ai/serve: jina/serve/runtimes/gateway/websocket_fastapi_app.py). */
const unreachable: Shorten = (culprits, { shown, isTrusted }) => {
  const addresses = culprits.slice(0, shown).map(({ target }) => `'${addressOf(target, isTrusted)}'`).join(", ");
  const more = culprits.length > shown ? ` and ${culprits.length - shown} more` : "";
  return `Network error while connecting to deployment at {${addresses}}${more}. It may be down.`;
};

const notServing: Shorten = (culprits, { shown }) => `Not serving: ${namesOf(culprits, shown)}.`;

const inMaintenance: Shorten = (culprits, { shown }) => `In maintenance: ${namesOf(culprits, shown)}.`;

function namesOf(culprits: readonly TargetReport[], shown: number): string {
  const names = culprits.slice(0, shown).map(({ target }) => displayName(target)).join(", ");
  return `${names}${culprits.length > shown ? ` and ${culprits.length - shown} more` : ""}`;
}

function fits(text: string): boolean {
  return new TextEncoder().encode(text).length <= REASON_MAX_BYTES;
}
