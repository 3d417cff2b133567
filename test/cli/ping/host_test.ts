import assert from "node:assert/strict";
import { parseJinaHost } from "../../../src/cli/ping/host.ts";

/** Each host form of Jina's clients, and what it means. */
const FORMS: readonly (readonly [text: string, meaning: string])[] = [
  ["h:1", "grpc h 1"],
  ["grpc://h:1", "grpc h 1"],
  ["grpcs://h:1", "grpc h 1 tls"],
  ["http://h:1", "http h 1"],
  ["https://h:1", "http h 1 tls"],
  ["ws://h:1", "websocket h 1"],
  ["wss://h:1", "websocket h 1 tls"],
  ["websocket://h:1", "websocket h 1"],
  ["GRPC://h:1", "grpc h 1"],
  ["h", "grpc h 80"],
  ["grpcs://h", "grpc h 443 tls"],
  ["https://h", "http h 443 tls"],
  ["http://flow.example.com:8080/", "http flow.example.com 8080"],
  ["[::1]:12345", "grpc [::1] 12345"],
  ["https://[2001:db8::1]", "http [2001:db8::1] 443 tls"],
];

for (const [text, meaning] of FORMS) {
  Deno.test(`parseJinaHost() reads ${text} as ${meaning}`, () => {
    const { protocol, host, port, isTls } = parseJinaHost(text);
    assert.equal(`${protocol} ${host} ${port}${isTls ? " tls" : ""}`, meaning);
  });
}

const WRONG: readonly (readonly [text: string, state: RegExp])[] = [
  ["::1", /more than one colon; an IPv6 address goes in brackets/],
  ["2001:db8::1:8080", /more than one colon/],
  ["grpc://::1:1", /more than one colon/],
  ["ftp://h:1", /no scheme ftp; write one of grpc, grpcs, http/],
  ["h:port", /its port is no number/],
  ["h:0", /port must be 1\.\.65535/],
  ["h:65536", /port must be 1\.\.65535/],
  ["", /it is no host/],
  ["grpc://", /it is no host/],
  ["user@h:1", /it is no host/],
  ["h h:1", /it is no host/],
];

for (const [text, state] of WRONG) {
  Deno.test(`parseJinaHost() refuses ${JSON.stringify(text)} with exit code 1`, () => {
    assert.throws(() => parseJinaHost(text), (error: Error) => {
      assert.match(error.message, state);
      assert.equal((error as { exitCode?: number }).exitCode, 1);
      return true;
    });
  });
}
