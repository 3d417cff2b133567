import { endpointOf } from "../core/endpoint.ts";
import type { AnswerReason, FailureKind, Observation } from "../core/observation.ts";
import { DISCOVERED, isTold, type Target } from "../core/registry.ts";
import type { TargetReport } from "../core/report.ts";
import { maintenanceText } from "./maintenance-text.ts";

/** Why a target does not count as SERVING, as far as its state tells. */
export type Cause = SeenCause | "maintenance";

/** Why it was not seen to be SERVING. */
type SeenCause = FailureKind | AnswerReason | "answered_not_serving" | "recovering" | "suspect" | "unseen";

/** Why a culprit is one. */
export function causeOf(culprit: TargetReport): Cause {
  return culprit.maintenance === undefined ? seenCauseOf(culprit) : "maintenance";
}

function seenCauseOf({ state }: TargetReport): SeenCause {
  if (state === undefined) return "unseen";
  // A suspect's status rests on what was seen before the failure we hold, and of that only the status is left.
  return state.isSuspect ? "suspect" : causeSeen(state.observation);
}

/**
 * How Jina's gateway would word the failure (jina-ai/serve: jina/serve/runtimes/gateway/graph/topology_graph.py).
 *
 * @param isTrusted Gives the real address and the upstream's own message; strangers see the upstream's name instead of
 * the one, and nothing of the other, so that the text begins at the bar.
 */
export function failureText(culprit: TargetReport, isTrusted: boolean): string {
  const { target, state, status } = culprit;
  const { bar, sentence } = wordingOf(culprit);
  const detail = isTrusted ? state?.observation.message ?? "" : "";
  const text = sentence({ name: displayName(target), addresses: `{'${addressOf(target, isTrusted)}'}`, status });
  return detail === "" ? `|Gateway: ${text}` : `${detail}${bar}Gateway: ${text}`;
}

/**
 * Where a target is, always with a port, as Jina writes addresses; the upstream's name instead for strangers, and of one
 * that is never asked.
 */
export function addressOf({ upstream }: Target, isTrusted: boolean): string {
  if (!isTrusted || isTold(upstream)) return upstream.name;
  const { hostname, port } = endpointOf(upstream.url);
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

/** A target as people call it: its upstream, and its service unless that is the server, or the satellite, as a whole. */
export function displayName({ upstream, service, key }: Target): string {
  const isWhole = service === "" || (isTold(upstream) && service === DISCOVERED);
  return isWhole ? upstream.name : key;
}

/** Every attempt of a culprit's last refresh, one line each, in order of completion; for trusted callers only. */
export function attemptLines({ target, state }: TargetReport): string[] {
  return (state?.attempts ?? []).map((seen, index) => {
    const what = seen.kind === "failed"
      ? seen.failure
      : `${seen.status}${seen.reason === undefined ? "" : ` (${seen.reason})`}`;
    const message = seen.message === undefined ? "" : `: ${seen.message}`;
    const trace = `${displayName(target)} attempt ${index + 1}: ${what} after ${
      Math.round(seen.latencyMs)
    } ms${message}`;
    return `${trace}${triedText(seen)}`;
  });
}

function triedText({ negotiation }: Observation): string {
  if (negotiation === undefined || negotiation.tried.length < 2) return "";
  return `; tried ${negotiation.tried.map(({ protocol, seen }) => `${protocol} (${seen})`).join(", ")}`;
}

function causeSeen(seen: Observation): SeenCause {
  if (seen.kind === "failed") return seen.failure;
  if (seen.reason !== undefined) return seen.reason;
  if (seen.status === "SERVING") return "recovering";
  return seen.status === "UNKNOWN" ? "status_unknown" : "answered_not_serving";
}

interface Wording {
  /** What Jina puts between the upstream's message and the rest: a blank, nothing, or a line break. */
  readonly bar: " |" | "|" | "\n|";
  readonly sentence: (
    culprit: { readonly name: string; readonly addresses: string; readonly status: string },
  ) => string;
}

const COMMUNICATION: Wording = {
  bar: " |",
  sentence: ({ name, addresses }) =>
    `Communication error with deployment ${name} at address(es) ${addresses}. Head or worker(s) may be down.`,
};

const TIMED_OUT: Wording = {
  bar: "|",
  sentence: ({ name, addresses }) =>
    `Connection with deployment ${name} at address(es) ${addresses} could be established, but timed out. ` +
    "You can increase the allowed time by setting `timeout_send` in your Flow YAML `with` block or Flow `__init__()` method.",
};

function wordingOf(culprit: TargetReport): Wording {
  const { maintenance } = culprit;
  if (maintenance === undefined) return WORDING[seenCauseOf(culprit)];
  return says((name) => `Deployment ${name} is ${maintenanceText(maintenance)}`);
}

const WORDING: Readonly<Record<SeenCause, Wording>> = {
  unavailable: COMMUNICATION,
  dns: COMMUNICATION,
  tls: COMMUNICATION,
  timeout: TIMED_OUT,
  overloaded: says((name) => `Deployment ${name} is overloaded.`),
  rpc_error: says((name) => `Deployment ${name} answered with an RPC error.`),
  protocol_mismatch: says((name) => `Deployment ${name} did not answer in its protocol.`),
  status_unknown: says((name) => `Deployment ${name} answered UNKNOWN.`),
  service_not_registered: { ...says((name) => `Deployment ${name} does not know the service.`), bar: "\n|" },
  health_unimplemented: says((name) => `Deployment ${name} has no health service.`),
  probe_denied: says((name) => `Deployment ${name} refused the probe.`),
  never_told: says((name) => `Deployment ${name} has not told its status yet.`),
  told_too_long_ago: says((name) => `Deployment ${name} has not told its status for too long.`),
  answered_not_serving: says((name) => `Deployment ${name} answered NOT_SERVING.`),
  recovering: says((name) => `Deployment ${name} answers SERVING again, not yet often enough.`),
  suspect: says((name, status) => `Deployment ${name} was ${status}, and a failed probe since is not confirmed yet.`),
  unseen: says((name) => `Deployment ${name} has not been probed yet.`),
};

function says(sentence: (name: string, status: string) => string): Wording {
  return { bar: " |", sentence: ({ name, status }) => sentence(name, status) };
}
