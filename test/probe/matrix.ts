import { good } from "./matrix/answer.ts";
import { ALL, type ColumnName } from "./matrix/columns.ts";
import { CONNECTION_ROWS, TLS_ROWS } from "./matrix/connection.ts";
import { FRAME_ROWS } from "./matrix/frames.ts";
import { BODY_ROWS, STATUS_ROWS } from "./matrix/http.ts";
import { HTTP2_ROWS } from "./matrix/http2.ts";
import { type Expected, type Row, SERVING } from "./matrix/row.ts";
import { STRANGER_ROWS } from "./matrix/strangers.ts";
import { WEB_SOCKET_ROWS } from "./matrix/websocket.ts";

/** Every fault, and what comes of it in every protocol. Rows of one name are one fault, told differently by protocol. */
export const ROWS: readonly Row[] = [
  { name: "nothing", in: ALL, fault: (column) => good(column), expect: SERVING },
  ...CONNECTION_ROWS,
  ...TLS_ROWS,
  ...STATUS_ROWS,
  ...BODY_ROWS,
  ...FRAME_ROWS,
  ...STRANGER_ROWS,
  ...HTTP2_ROWS,
  ...WEB_SOCKET_ROWS,
];

/** What a row expects of a column; undefined where it cannot be. */
export function expectedIn({ in: columns, expect, but }: Row, column: ColumnName): Expected | undefined {
  return columns.includes(column) ? but?.[column] ?? expect : undefined;
}
