/**
 * Messages behind a flag byte and a four-byte length, as gRPC, gRPC-web and Connect stream them:
 * https://connectrpc.com/docs/protocol#streaming-rpcs
 */

/** One of them. */
export interface Envelope {
  /** What they mean differs from one protocol to the next; 0 is a message as it is. */
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** Takes a body apart as it comes. */
export interface EnvelopeReader {
  /**
   * Take the next bytes, in any pieces.
   *
   * @returns The envelopes that these complete; undefined when one is longer than it may be, and from then on.
   */
  read(bytes: Uint8Array): readonly Envelope[] | undefined;
}

/** Create a reader that holds one payload of at most `maxBytes`, and no more. */
export function createEnvelopeReader(maxBytes: number): EnvelopeReader {
  let rest = new Uint8Array();
  let isTooLong = false;

  return {
    read(bytes) {
      if (isTooLong) return undefined;
      rest = joined(rest, bytes);
      const view = new DataView(rest.buffer, rest.byteOffset, rest.byteLength);
      const envelopes: Envelope[] = [];
      let at = 0;
      while (at + PREFIX_BYTES <= rest.length) {
        const length = view.getUint32(at + 1);
        isTooLong = length > maxBytes;
        if (isTooLong) return undefined;
        const start = at + PREFIX_BYTES;
        if (start + length > rest.length) break;
        envelopes.push({ flags: view.getUint8(at), payload: rest.subarray(start, start + length) });
        at = start + length;
      }
      rest = rest.slice(at);
      return envelopes;
    },
  };
}

const PREFIX_BYTES = 5;

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
