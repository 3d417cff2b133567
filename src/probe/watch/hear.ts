import type { Target } from "../../core/registry.ts";
import type { WatchEnd, WatchOptions } from "../../ports.ts";
import { createEnvelopeReader, type Envelope } from "../../wire/envelopes.ts";
import { BODY_MAX_BYTES } from "../body-limit.ts";
import type { ProberOptions } from "../prober.ts";
import type { Verdict } from "../verdict.ts";

/** What one Watch stream is kept with. */
export interface Watching extends ProberOptions, WatchOptions {
  readonly target: Target;
}

/** The method. */
export const WATCH_PATH = "/grpc.health.v1.Health/Watch";

/** How a protocol streams. */
export interface Streaming {
  /** Judge a message. */
  readonly judge: (message: Uint8Array) => Verdict;
  /** The gRPC code that an envelope with flags ends the stream with; undefined when it tells none. */
  readonly codeOf: (envelope: Envelope) => number | undefined;
}

/**
 * Listen to the body of a Watch stream.
 *
 * @returns What takes its next bytes, in any pieces, and tells how the stream ended with these; undefined while it goes on.
 */
export function createHearing(
  { judge, codeOf }: Streaming,
  onStatus: WatchOptions["onStatus"],
): (bytes: Uint8Array) => WatchEnd | undefined {
  const envelopes = createEnvelopeReader(BODY_MAX_BYTES);

  function hear(message: Uint8Array): WatchEnd | undefined {
    const { isFramed: _, ...status } = judge(message);
    // What cannot be read may have been a change.
    if (status.kind !== "answered") return "ended";
    onStatus(status);
    return undefined;
  }

  return (bytes) => {
    const heard = envelopes.read(bytes);
    if (heard === undefined) return "ended";
    const endAt = heard.findIndex(({ flags }) => flags !== 0);
    const messages = endAt < 0 ? heard : heard.slice(0, endAt);
    // Of messages that come together only the last still holds; a server that sends without end must not keep us busy.
    const last = messages.at(-1);
    const end = heard[endAt];
    return (last && hear(last.payload)) ?? (end && endOf(codeOf(end)));
  };
}

/** What it means that a stream ended with a gRPC code. */
export function endOf(code: number | undefined): WatchEnd {
  return code === UNIMPLEMENTED ? "unimplemented" : "ended";
}

/** What it means that a bare HTTP status came instead of a stream; 404 reads as gRPC does. */
export function endOfHttp(status: number): WatchEnd {
  return status === 404 ? "unimplemented" : "ended";
}

const UNIMPLEMENTED = 12;
