import type { FailureKind } from "../core/observation.ts";
import { wordsOf } from "../wire/thrown-words.ts";
import type { Verdict } from "./verdict.ts";

/**
 * What an error thrown by `fetch`, or while a body was read, says of the upstream.
 *
 * Deno tells the cause in words of hyper and rustls; workerd says `Network connection lost.` of most faults and
 * `internal error` of DNS, TLS and malformed HTTP (on the edge these come as 5xx answers instead). What neither tells is
 * `unavailable`: a wrong kind, never a wrong serving status.
 *
 * @param isAborted The probe's own signal had fired: the time was up, whatever the error says.
 */
export function thrownVerdict(error: unknown, isAborted: boolean): Verdict {
  if (isAborted) return { kind: "failed", failure: "timeout", message: "no answer in time" };
  const message = wordsOf(error);
  const meaning = BY_WORDS.find(([words]) => words.test(message))?.[1] ?? "unavailable";
  if (meaning === "last") return { kind: "not-attempted", message, isLast: true };
  if (meaning === "barred") return { kind: "not-attempted", message, isBarred: true };
  return meaning === "not-attempted" ? { kind: meaning, message } : { kind: "failed", failure: meaning, message };
}

/** First match wins. The beginnings are fixed, so that no name an upstream chose can pass for a cause. */
const BY_WORDS: readonly (readonly [words: RegExp, meaning: FailureKind | "not-attempted" | "barred" | "last"])[] = [
  // Limits of workerd, among them its way out when all six connections wait for each other.
  [/^too many (?:subrequests|api requests)|^subrequest depth limit|^response closed due to conn/i, "last"],
  // Deno without --allow-net.
  [/^requires net access/i, "barred"],
  // Deno's `fetch`, of ports that browsers block too: `config/port.ts`.
  [/^fetch failed: requests to port \d+ are blocked/i, "barred"],
  // Our own refusal: `network/deno-guard.ts`.
  [/^the name leads where no probe may go/, "barred"],
  // Our own configuration: a binding, or a client certificate and its key.
  [/^(?:the binding |keys may not be consistent|no (?:keys|certificates) found)/i, "barred"],
  // Our own process has no file descriptor left.
  [/^(?:tcp open error: )?too many open files/i, "not-attempted"],
  // Deno's `fetch`, then its TCP connections, then `node:tls`.
  [/^(?:dns error|failed to lookup address information|getaddrinfo )/, "dns"],
  // A server of HTTP/1 only is no fault of TLS.
  [/^(?:TLS without ALPN|received fatal alert: NoApplicationProtocol)/, "protocol_mismatch"],
  // rustls: https://docs.rs/rustls/latest/rustls/enum.Error.html
  [
    /^(?:invalid peer certificate|received (?:corrupt message|fatal alert|unexpected (?!message from))|peer (?!closed)|tls )/,
    "tls",
  ],
  // `node:tls`.
  [/^(?:Hostname\/IP does not match|Client network socket disconnected before secure|unsupported protocol)/, "tls"],
  [/^(?:tcp connect error: .*timed out|connect ETIMEDOUT)/i, "timeout"],
  // hyper read something, but no HTTP/1: an HTTP/2-only server, SSH, a banner.
  [
    /^(?:received unexpected message from|invalid HTTP |message head is too large|invalid content-length|unexpected transfer-enc)/,
    "protocol_mismatch",
  ],
  // Ours, then workerd's.
  [/^(?:invalid WebSocket frame|WebSocket message longer|WebSocket protocol error)/, "protocol_mismatch"],
  // A body that is not encoded as its headers say; Deno's wording, then workerd's.
  [/^(?:unexpected end of file|corrupt deflate|invalid gzip)|^\w+ decompression failed/i, "protocol_mismatch"],
];
