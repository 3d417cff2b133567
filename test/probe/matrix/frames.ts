import { join } from "../../support/http2-pieces.ts";
import { answer, framed } from "./answer.ts";
import { messageFrame, trailerFrame } from "./bytes.ts";
import { FRAMED } from "./columns.ts";
import { MISMATCH, type Row, RPC_ERROR } from "./row.ts";

const OK = { "grpc-status": "0" };

/** Answers whose frames or trailers are wrong. */
export const FRAME_ROWS: readonly Row[] = [
  { name: "truncated frame", in: FRAMED, fault: framing((frame) => frame.subarray(0, -1)), expect: MISMATCH },
  {
    name: "frame length over the limit",
    in: FRAMED,
    fault: (column) => framed(column, messageFrame(column.message, 0, 0xffffffff), OK),
    expect: MISMATCH,
  },
  {
    name: "bad compression flag",
    in: FRAMED,
    fault: (column) => framed(column, messageFrame(column.message, 1), OK),
    expect: MISMATCH,
  },
  {
    name: "unknown flag",
    in: FRAMED,
    fault: (column) => framed(column, messageFrame(column.message, 2), OK),
    expect: MISMATCH,
  },
  { name: "two messages", in: FRAMED, fault: framing((frame) => join(frame, frame)), expect: MISMATCH },
  {
    name: "missing trailers",
    in: FRAMED,
    fault: (column) => answer(column, { body: messageFrame(column.message) }),
    expect: MISMATCH,
  },
  {
    name: "trailers before body",
    in: ["grpc-web"],
    fault: (column) => answer(column, { body: join(trailerFrame(OK), messageFrame(column.message)) }),
    expect: MISMATCH,
  },
  {
    name: "garbage trailers",
    in: FRAMED,
    fault: (column) => framed(column, messageFrame(column.message), { "grpc-status": "0x", "\u007f": "\u0001" }),
    expect: MISMATCH,
  },
  {
    name: "unknown grpc-status",
    in: FRAMED,
    fault: (column) => framed(column, new Uint8Array(), { "grpc-status": "17" }),
    expect: RPC_ERROR,
  },
];

/** A good answer but for its frame. */
function framing(spoil: (frame: Uint8Array) => Uint8Array): Row["fault"] {
  return (column) => framed(column, spoil(messageFrame(column.message)), OK);
}
