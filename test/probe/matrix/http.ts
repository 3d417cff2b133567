import { type Answer, answer, giant, good, unfinished } from "./answer.ts";
import { text } from "./bytes.ts";
import { ALL } from "./columns.ts";
import * as is from "./row.ts";
import type { Row } from "./row.ts";

/** Bare HTTP statuses, as proxies give them in an upstream's place. */
export const STATUS_ROWS: readonly Row[] = Object.entries({
  204: is.MISMATCH,
  301: is.MISMATCH,
  401: is.DENIED,
  403: is.DENIED,
  404: is.UNIMPLEMENTED,
  429: is.OVERLOADED,
  500: is.UNAVAILABLE,
  502: is.UNAVAILABLE,
  503: is.UNAVAILABLE,
  504: is.TIMEOUT,
  520: is.UNAVAILABLE,
  521: is.UNAVAILABLE,
  522: is.TIMEOUT,
  523: is.UNAVAILABLE,
  524: is.TIMEOUT,
  525: is.TLS,
  526: is.TLS,
  530: is.DNS,
}).map(([status, expect]) => ({
  name: `HTTP ${status}`,
  in: ALL,
  fault: (column) => answer(column, { ...PAGE, ...BY_STATUS[status], status: Number(status) }),
  expect,
  ...(status === "204" && { but: { "http": is.SERVING } }),
}));

/** Answers with HTTP 200 that are none. */
export const BODY_ROWS: readonly Row[] = [
  {
    name: "HTML 200",
    in: ALL,
    fault: (column) => answer(column, PAGE),
    expect: is.MISMATCH,
    // An HTTP status that serves is the whole answer.
    but: { "http": is.SERVING },
  },
  {
    name: "wrong content type",
    in: ALL.filter((name) => name !== "jina ws"),
    fault: (column) => good({ ...column, contentType: `${column.contentType}-other` }),
    expect: is.MISMATCH,
    // These are told by their body.
    but: { "http": is.SERVING, "http JSON value": is.SERVING, "jina http": is.SERVING },
  },
  { name: "a body of 1 GiB", in: ALL, fault: giant, expect: is.MISMATCH },
  {
    name: "HTTP 502, and its page hangs",
    in: ALL,
    fault: (column) => unfinished(column, 502),
    expect: is.UNAVAILABLE,
  },
  {
    name: "HTTP 401, and its page hangs",
    in: ALL,
    fault: (column) => unfinished(column, 401),
    expect: is.DENIED,
  },
  {
    name: "enum 7",
    in: ALL,
    fault: (column) => good(column, column.enum7),
    expect: is.STATUS_UNKNOWN,
    but: {
      "grpc List": "UNKNOWN",
      "http JSON value": "NOT_SERVING",
      "jina http": "NOT_SERVING",
      "jina grpc": "NOT_SERVING",
      "jina ws": "NOT_SERVING",
    },
  },
];

const PAGE = { contentType: "text/html", body: text("<html>hi</html>") };

const BY_STATUS: Readonly<Record<string, Answer>> = {
  204: { body: new Uint8Array() },
  // Followed, it would lead round in a circle.
  301: { headers: { location: "/elsewhere?token=1" } },
};
