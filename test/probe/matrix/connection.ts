import { asked, begun, good, SCRAP } from "./answer.ts";
import { head } from "./bytes.ts";
import { ALL } from "./columns.ts";
import * as is from "./row.ts";
import type { Row } from "./row.ts";

/** Whether a connection comes about, and how it ends. */
export const CONNECTION_ROWS: readonly Row[] = [
  { name: "refused", in: ALL, fault: () => "refused", expect: is.UNAVAILABLE },
  { name: "DNS failure", in: ALL, fault: () => "no such name", expect: [is.DNS, is.UNAVAILABLE] },
  { name: "reset after accept", in: ALL, fault: () => ({ when: "connect", end: "reset" }), expect: is.UNAVAILABLE },
  { name: "closed after accept", in: ALL, fault: () => ({ when: "connect" }), expect: is.UNAVAILABLE },
  { name: "hang after accept", in: ALL, fault: () => ({ when: "connect", end: "hang" }), expect: is.LATE },
  { name: "reset before headers", in: ALL, fault: (column) => asked(column, { end: "reset" }), expect: is.UNAVAILABLE },
  { name: "closed before headers", in: ALL, fault: (column) => asked(column, {}), expect: is.UNAVAILABLE },
  { name: "hang before headers", in: ALL, fault: (column) => asked(column, { end: "hang" }), expect: is.LATE },
  {
    name: "reset in the body",
    in: ALL,
    fault: (column) => begun(column, { pieces: [SCRAP], end: "reset" }),
    expect: is.UNAVAILABLE,
  },
  {
    name: "closed in the body",
    in: ALL,
    fault: (column) => begun(column, { pieces: [SCRAP] }),
    expect: is.UNAVAILABLE,
  },
  {
    name: "hang in the body",
    in: ALL,
    fault: (column) => begun(column, { pieces: [SCRAP], end: "hang" }),
    expect: is.LATE,
  },
  { name: "one byte a second", in: ALL, fault: (column) => ({ ...good(column), byteEveryMs: 1_000 }), expect: is.LATE },
];

/** Certificates that must not be trusted, and a server that has none. */
export const TLS_ROWS: readonly Row[] = [
  ...(["wrong-name", "expired"] as const).map((certificate): Row => ({
    name: `TLS, ${certificate === "expired" ? "expired certificate" : "wrong name"}`,
    in: ALL,
    fault: () => ({ certificate }),
    expect: [is.TLS, is.UNAVAILABLE],
  })),
  {
    name: "TLS, plaintext instead",
    in: ALL,
    fault: () => ({ plaintext: { when: "connect", send: head(400, { "content-length": "0" }) } }),
    expect: [is.TLS, is.UNAVAILABLE],
  },
];
