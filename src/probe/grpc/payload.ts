/** The payloads of single frame types, RFC 9113 §6. */
import type { Frame } from "./frames.ts";
import { FLAG, FRAME_TYPE } from "./protocol.ts";

/** One setting: one of `SETTING`, or any other number of 0..65535, and its value of 0..2^32-1. */
export type Setting = readonly [id: number, value: number];

/** What DATA or HEADERS carry, without padding and priority (§6.1, §6.2); undefined when these do not fit: PROTOCOL_ERROR. */
export function unpad({ type, flags, payload }: Frame): Uint8Array<ArrayBuffer> | undefined {
  const isPadded = (flags & FLAG.PADDED) !== 0;
  const hasPriority = type === FRAME_TYPE.HEADERS && (flags & FLAG.PRIORITY) !== 0;
  const start = (isPadded ? 1 : 0) + (hasPriority ? PRIORITY_BYTES : 0);
  const end = payload.length - (isPadded ? payload[0] ?? 0 : 0);
  return start > end ? undefined : payload.subarray(start, end);
}

/** Encode the payload of a SETTINGS frame (§6.5.1). */
export function encodeSettings(settings: readonly Setting[]): Uint8Array<ArrayBuffer> {
  const payload = new Uint8Array(settings.length * SETTING_BYTES);
  const view = new DataView(payload.buffer);
  settings.forEach(([id, value], index) => {
    view.setUint16(index * SETTING_BYTES, id);
    view.setUint32(index * SETTING_BYTES + 2, value);
  });
  return payload;
}

/** Decode the payload of a SETTINGS frame, in order, values unchecked; undefined when it is no multiple of six bytes: FRAME_SIZE_ERROR. */
export function decodeSettings(payload: Uint8Array): readonly Setting[] | undefined {
  if (payload.length % SETTING_BYTES !== 0) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  return Array.from({ length: payload.length / SETTING_BYTES }, (_, index) => {
    const at = index * SETTING_BYTES;
    return [view.getUint16(at), view.getUint32(at + 2)];
  });
}

const PRIORITY_BYTES = 5;
const SETTING_BYTES = 6;
