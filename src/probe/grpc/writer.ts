import { join } from "./join.ts";

/** The sending end of a connection. */
export interface Writer {
  /** Send bytes after all that were given before. */
  write(bytes: Uint8Array): void;
}

/**
 * Create a writer: one write at a time, and what is given meanwhile, or in the same turn, leaves in one piece.
 *
 * @param onBroken Told once why nothing is sent any more; what is given after that is dropped.
 */
export function createWriter(writable: WritableStream<Uint8Array>, onBroken: (error: unknown) => void): Writer {
  const sink = writable.getWriter();
  let queue: Uint8Array[] = [];
  let queuedBytes = 0;
  let isSending = false;
  let isBroken = false;

  function end(error: unknown): void {
    if (isBroken) return;
    isBroken = true;
    queue = [];
    onBroken(error);
  }

  /** Never rejects, so that nobody has to wait for it. */
  async function send(): Promise<void> {
    isSending = true;
    try {
      // What this turn still has to say goes with it.
      await undefined;
      while (queue.length > 0) {
        const bytes = join(queue, queuedBytes);
        queue = [];
        queuedBytes = 0;
        await sink.write(bytes);
      }
    } catch (error) {
      end(error);
    }
    isSending = false;
  }

  return {
    write(bytes) {
      if (isBroken) return;
      queue.push(bytes);
      queuedBytes += bytes.length;
      if (queuedBytes > QUEUE_MAX_BYTES) end(new Error("the peer does not read what it is sent"));
      else if (!isSending) void send();
    },
  };
}

/** Most that may wait for a peer that does not read: some calls, and more answers to its frames than it may ask for. */
const QUEUE_MAX_BYTES = 1_048_576;
