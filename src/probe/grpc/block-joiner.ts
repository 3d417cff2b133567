import type { Frame } from "./frames.ts";
import { unpad } from "./payload.ts";
import { FLAG, FRAME_TYPE } from "./protocol.ts";

/** What a frame did to the block it belongs to. */
export type Joined =
  | { readonly kind: "open" }
  | { readonly kind: "whole"; readonly streamId: number; readonly block: Uint8Array; readonly isEnd: boolean }
  | { readonly kind: "strange"; readonly seen: string };

/** Joins HEADERS and the CONTINUATIONs after it to one field block, RFC 9113 §4.3 and §6.10. */
export interface BlockJoiner {
  /** Add a HEADERS or CONTINUATION frame. */
  add(frame: Frame): Joined;
  /** A block was begun, and nothing but its continuation may come. */
  isOpen(): boolean;
}

/** Create a joiner of blocks of at most `maxBytes`: a block is no longer than the list it stands for. */
export function createBlockJoiner(maxBytes: number): BlockJoiner {
  let open: { readonly streamId: number; readonly isEnd: boolean; readonly block: Uint8Array } | undefined;
  return {
    isOpen: () => open !== undefined,
    add(frame) {
      const { streamId } = frame;
      const isHeaders = frame.type === FRAME_TYPE.HEADERS;
      const fragment = isHeaders ? unpad(frame) : frame.payload;
      if (fragment === undefined || streamId === 0) return strange("malformed HEADERS");
      if (isHeaders === (open !== undefined)) return strange("CONTINUATION out of place");
      if (open !== undefined && open.streamId !== streamId) return strange("CONTINUATION of another stream");
      const block = open === undefined ? fragment : append(open.block, fragment);
      if (block.length > maxBytes) return strange("header block that is too large");
      const isEnd = open?.isEnd ?? (frame.flags & FLAG.END_STREAM) !== 0;
      const isWhole = (frame.flags & FLAG.END_HEADERS) !== 0;
      open = isWhole ? undefined : { streamId, isEnd, block };
      return isWhole ? { kind: "whole", streamId, block, isEnd } : { kind: "open" };
    },
  };
}

function strange(seen: string): Joined {
  return { kind: "strange", seen };
}

function append(block: Uint8Array, fragment: Uint8Array): Uint8Array {
  const longer = new Uint8Array(block.length + fragment.length);
  longer.set(block);
  longer.set(fragment, block.length);
  return longer;
}
