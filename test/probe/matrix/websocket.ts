import { join } from "../../support/http2-pieces.ts";
import { good } from "./answer.ts";
import { upgrade } from "./bytes.ts";
import * as is from "./row.ts";
import type { Row } from "./row.ts";

/** WebSockets that open well. */
export const WEB_SOCKET_ROWS: readonly Row[] = [
  {
    name: "WebSocket for another key",
    in: ["jina ws"],
    fault: () => ({ send: upgrade("sec-websocket-key: another") }),
    expect: is.UNTOLD_BY_WORKERD,
  },
  {
    name: "WebSocket frame with reserved bits",
    in: ["jina ws"],
    fault: () => ({ send: ({ text }) => [join(upgrade(text), [0xf2, 0])], end: "hang" }),
    expect: is.MISMATCH,
  },
  {
    name: "WebSocket closed without a message",
    in: ["jina ws"],
    fault: () => ({ send: ({ text }) => [join(upgrade(text), [0x88, 2, 3, 232])] }),
    expect: is.UNAVAILABLE,
  },
  {
    name: "WebSocket that answers no close",
    in: ["jina ws"],
    fault: (column) => ({ ...good(column), end: "hang" }),
    expect: is.SERVING,
  },
];
