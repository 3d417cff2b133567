import type { Known } from "../core/known.ts";
import { type Negotiation, TRIED_MAX_CHARS, type TriedProtocol } from "../core/observation.ts";
import { type Protocol, PROTOCOLS, type Target } from "../core/registry.ts";
import type { Clock } from "../ports.ts";
import { cleanMessage } from "./message.ts";
import type { Verdict } from "./verdict.ts";

/** What a negotiation works with. */
export interface Negotiating {
  readonly target: Target;
  readonly known: Known;
  /** Which probe of its inquiry this is, from 0. */
  readonly attempt: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly pay: () => boolean;
  readonly clock: Clock;
  /** Ask in one protocol; never rejects. */
  readonly ask: (protocol: Protocol, signal: AbortSignal) => Promise<Verdict>;
}

/**
 * Ask an upstream that did not say which protocol it speaks.
 *
 * The protocol that answered last is asked, and no other unless it fails: then, at the last confirm of a refresh and at
 * every probe after, the others are tried too. While none has ever answered they are tried in turn, one after the other
 * inside the probe's deadline, as far as the budget pays for them; each further probe begins with the next, so that one
 * that hangs does not hide those after it.
 */
export async function negotiate(negotiating: Negotiating): Promise<Verdict> {
  const { known, signal, ask } = negotiating;
  const pinned = known.negotiation?.protocol;
  if (pinned === undefined || mayTryOthers(negotiating)) return await tryInTurn(negotiating);
  const verdict = await ask(pinned, signal);
  // It answers, but no longer as a health service: nobody confirms an answer, so the others are tried at once.
  const isWorthMore = verdict.kind === "answered" && !isTelling(verdict);
  if (isWorthMore && !signal.aborted && negotiating.pay()) return await tryInTurn(negotiating, { pinned, verdict });
  return verdict.kind === "not-attempted" || known.negotiation === undefined
    ? verdict
    : { ...verdict, negotiation: known.negotiation };
}

/** The confirm from which on others than the pinned protocol are tried: the last. */
const LAST_CONFIRM = 3;

/** Left of a probe's time to say what was tried, in milliseconds; what comes after the deadline is not read. */
const MARGIN_MS = 50;

function mayTryOthers({ known, attempt }: Negotiating): boolean {
  return known.isFailing || attempt >= LAST_CONFIRM;
}

interface Seen {
  readonly protocol: Protocol;
  readonly verdict: Verdict;
}

async function tryInTurn(
  negotiating: Negotiating,
  first?: { readonly pinned: Protocol; readonly verdict: Verdict },
): Promise<Verdict> {
  const { target, known, signal, pay, clock, timeoutMs, ask } = negotiating;
  const seen: Seen[] = first === undefined ? [] : [{ protocol: first.pinned, verdict: first.verdict }];
  const late = new AbortController();
  const disarm = clock.after(Math.max(1, timeoutMs - MARGIN_MS), () => late.abort());
  const inTime = AbortSignal.any([signal, late.signal]);
  try {
    for (const protocol of inOrder(negotiating).filter((protocol) => protocol !== first?.pinned)) {
      const isPaid = seen.length === (first === undefined ? 0 : 1) || (!inTime.aborted && pay());
      if (!isPaid) break;
      const verdict = await ask(protocol, inTime);
      if (isTelling(verdict)) {
        // A bare 429 is worth heeding, yet tells nothing of who speaks what.
        const found = verdict.isFramed ? protocol : known.negotiation?.protocol;
        return withNegotiation(verdict, found, triedOf(seen, target));
      }
      if (verdict.kind === "not-attempted" && seen.length > 0) break;
      seen.push({ protocol, verdict });
      if (isHopeless(verdict)) break;
    }
  } finally {
    disarm();
  }
  return worst(seen, known.negotiation, target);
}

/**
 * The upstream spoke in the protocol's own words, good or bad, or asked us to come back later. A bare HTTP status may be
 * of any server.
 */
function isTelling(verdict: Verdict): boolean {
  if (verdict.kind === "not-attempted") return false;
  return verdict.isFramed === true || (verdict.kind === "failed" && verdict.failure === "overloaded");
}

/** No protocol will find a name that does not resolve, or trust a certificate that another did not. */
function isHopeless(verdict: Verdict): boolean {
  return verdict.kind === "not-attempted" ||
    (verdict.kind === "failed" && (verdict.failure === "dns" || verdict.failure === "tls"));
}

/**
 * The pinned protocol, then those after the one that was tried last, for each probe one further. Where the pinned one came
 * to nothing and left no time to try others, these go first.
 */
function inOrder({ target, known, attempt }: Negotiating): Protocol[] {
  const { protocol: pinned, tried = [] } = known.negotiation ?? {};
  const others = PROTOCOLS.filter((protocol) => protocol !== pinned && canAsk(protocol, target));
  const lastTried = known.isFailing ? tried.at(-1)?.protocol : undefined;
  const turn = pinned === undefined ? attempt : 0;
  const from = (others.findIndex((protocol) => protocol === lastTried) + 1 + turn) % others.length;
  const inTurn = [...others.slice(from), ...others.slice(0, from)];
  if (pinned === undefined) return inTurn;
  const wasTriedAlone = tried.length === 1 && lastTried === pinned;
  return wasTriedAlone ? [...inTurn, pinned] : [pinned, ...inTurn];
}

/** HTTP and Jina's dry run know nothing of services. */
function canAsk(protocol: Protocol, { service }: Target): boolean {
  return service === "" || service === "*" || (protocol !== "http" && protocol !== "jina");
}

/** What to say when none answered: what the protocol said that used to answer, else the most telling of all. */
function worst(seen: readonly Seen[], known: Negotiation | undefined, target: Target): Verdict {
  const pinned = known?.protocol;
  const told = seen.find(({ protocol }) => protocol === pinned) ?? [...seen].sort((a, b) => rank(a) - rank(b))[0];
  if (told === undefined) return { kind: "not-attempted", message: "no protocol could be tried" };
  return withNegotiation(told.verdict, pinned, triedOf(seen, target));
}

function withNegotiation(
  verdict: Verdict,
  protocol: Protocol | undefined,
  tried: readonly TriedProtocol[],
): Verdict {
  if (verdict.kind === "not-attempted") return verdict;
  return { ...verdict, negotiation: { ...(protocol && { protocol }), tried } };
}

/** Most telling first; of equals, the one tried first. */
const TELLING = ["probe_denied", "health_unimplemented", "timeout"];

function rank({ verdict }: Seen): number {
  const cause = verdict.kind === "failed" ? verdict.failure : verdict.kind === "answered" ? verdict.reason : undefined;
  const at = TELLING.indexOf(cause ?? "");
  if (at >= 0) return at;
  return verdict.kind === "not-attempted" ? TELLING.length + 1 : TELLING.length;
}

function triedOf(seen: readonly Seen[], { upstream }: Target): readonly TriedProtocol[] {
  return seen.map(({ protocol, verdict }) => ({
    protocol,
    seen: cleanMessage(verdict.message ?? verdict.kind, upstream.headers, TRIED_MAX_CHARS),
  }));
}
