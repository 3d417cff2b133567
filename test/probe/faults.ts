import type { Fault } from "../support/fault-server.ts";

/** A fault below HTTP, and what a probe must make of it. */
export interface TransportFault {
  readonly name: string;
  readonly fault: Fault;
  /** Ask over TLS. */
  readonly isTls?: boolean;
  /** On Deno, which tells the cause. */
  readonly expect: string;
  /** On workerd, where it words the fault like any other; the serving status is the same. */
  readonly onWorkerd?: string;
}

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/grpc-web\r\n";
const UNTOLD = "failed unavailable";

export const FAULTS: readonly TransportFault[] = [
  { name: "reset on connect", fault: { when: "connect", end: "reset" }, expect: UNTOLD },
  { name: "closed on connect", fault: { when: "connect" }, expect: UNTOLD },
  { name: "reset after the request", fault: { end: "reset" }, expect: UNTOLD },
  { name: "closed after the request", fault: {}, expect: UNTOLD },
  { name: "closed in the headers", fault: { send: "HTTP/1.1 200 OK\r\ncont" }, expect: UNTOLD },
  { name: "closed in the body", fault: { send: `${HEAD}content-length: 50\r\n\r\nabc` }, expect: UNTOLD },
  { name: "reset in the body", fault: { send: `${HEAD}content-length: 50\r\n\r\nabc`, end: "reset" }, expect: UNTOLD },
  { name: "closed in a chunk", fault: { send: `${HEAD}transfer-encoding: chunked\r\n\r\n5\r\nab` }, expect: UNTOLD },
  {
    name: "a chunk that is none",
    fault: { send: `${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\nab` },
    expect: UNTOLD,
  },
  {
    name: "a banner",
    fault: { when: "connect", send: "SSH-2.0-OpenSSH_9\r\n" },
    expect: "failed protocol_mismatch",
    onWorkerd: UNTOLD,
  },
  { name: "text", fault: { send: "hello there\r\n\r\n" }, expect: "failed protocol_mismatch", onWorkerd: UNTOLD },
  {
    name: "headers of 2 MB",
    fault: { send: `${HEAD}x: ${"a".repeat(2_000_000)}\r\ncontent-length: 0\r\n\r\n` },
    expect: "failed protocol_mismatch",
    onWorkerd: UNTOLD,
  },
  {
    name: "a body that is not gzip as its headers say",
    fault: { send: `${HEAD}content-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc` },
    expect: "failed protocol_mismatch",
  },
  {
    name: "HTTP where TLS is asked",
    fault: { when: "connect", send: "HTTP/1.1 400 Bad\r\ncontent-length: 0\r\n\r\n" },
    isTls: true,
    expect: "failed tls",
    onWorkerd: UNTOLD,
  },
];
