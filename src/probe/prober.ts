import type { ProbeOutcome } from "../core/observation.ts";
import type { Protocol, Target } from "../core/registry.ts";
import type { ProbeOptions, Prober } from "../ports.ts";
import { CONNECT } from "./connect.ts";
import { GRPC_WEB } from "./grpc-web.ts";
import { cleanMessage } from "./message.ts";
import { thrownVerdict } from "./thrown.ts";
import type { Verdict } from "./verdict.ts";
import type { Question, Way } from "./way.ts";

/** What a prober asks with. */
export interface ProberOptions {
  /** Any clock, in milliseconds; only differences count. */
  readonly nowMs: () => number;
  /** Default: the platform's own. */
  readonly fetch?: typeof fetch;
}

/**
 * Create the prober of upstreams that speak over `fetch`.
 *
 * Whatever is thrown becomes an outcome. Redirects are not followed, what is not read of an answer is cancelled, and
 * messages are cleaned of the header values that were sent.
 */
export function createProber({ nowMs, fetch = globalThis.fetch }: ProberOptions): Prober {
  return {
    async probe(target, { timeoutMs, signal }) {
      const startedMs = nowMs();
      const verdict = await ask({ fetch, target, timeoutMs, signal });
      return outcomeOf(verdict, target, Math.max(0, Math.round(nowMs() - startedMs)));
    },
  };
}

const WAYS: Readonly<Record<Protocol, Way>> = { "grpc-web": GRPC_WEB, connect: CONNECT };

interface Asking extends ProbeOptions {
  readonly fetch: typeof fetch;
  readonly target: Target;
}

async function ask(asking: Asking): Promise<Verdict> {
  const way = WAYS[asking.target.upstream.protocol];
  let question: Question;
  try {
    question = way.request(asking.target, asking.timeoutMs);
  } catch (error) {
    return { kind: "not-attempted", message: `Cannot ask: ${error instanceof Error ? error.message : String(error)}` };
  }
  return await exchange(way, question, asking);
}

async function exchange(way: Way, question: Question, { fetch, target, signal }: Asking): Promise<Verdict> {
  let response: Response | undefined;
  try {
    const { url, headers, body } = question;
    response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    return await way.judge(response, target.upstream);
  } catch (error) {
    return thrownVerdict(error, signal.aborted);
  } finally {
    await discard(response);
  }
}

/** An answer left unread holds its connection, and on Workers one of the six that an invocation has. */
async function discard(response: Response | undefined): Promise<void> {
  if (response?.bodyUsed !== false) return;
  try {
    await response.body?.cancel();
  } catch {
    // Already broken: there is nothing left to give back.
  }
}

function outcomeOf(verdict: Verdict, target: Target, latencyMs: number): ProbeOutcome {
  const cleaned = verdict.message === undefined
    ? verdict
    : { ...verdict, message: cleanMessage(verdict.message, target.upstream.headers) };
  return cleaned.kind === "not-attempted" ? cleaned : { ...cleaned, latencyMs };
}
