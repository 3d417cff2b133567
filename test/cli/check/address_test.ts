import assert from "node:assert/strict";
import { readAddress } from "../../../src/cli/check/address.ts";
import type { Protocol } from "../../../src/core/registry.ts";

type Row = readonly [text: string, options: string, url: string];

const READ: readonly Row[] = [
  ["h:1", "", "grpc://h:1 grpc"],
  ["h:1", "tls", "grpcs://h:1 grpc"],
  ["h", "", "grpc://h:443 grpc"],
  ["[::1]:50051", "", "grpc://[::1]:50051 grpc"],
  ["[::1]", "", "grpc://[::1]:443 grpc"],
  ["dns:///h:1", "", "grpc://h:1 grpc"],
  ["dns:h:1", "", "grpc://h:1 grpc"],
  ["dns://8.8.8.8/h:1", "", "grpc://h:1 grpc"],
  ["passthrough:///h:1", "", "grpc://h:1 grpc"],
  ["h:1", "connect", "http://h:1 connect"],
  ["h", "grpc-web tls", "https://h grpc-web"],
  ["grpcs://h:1", "", "grpcs://h:1 grpc"],
  ["https://h/path/", "", "https://h/path auto"],
  ["http://h:1", "grpc", "http://h:1 grpc"],
  ["HTTPS://h", "tls connect", "HTTPS://h connect"],
  ["wss://h", "", "wss://h jina"],
  ["unix:///run/a.sock", "", "grpc://localhost grpc /run/a.sock"],
  ["unix:/run/a.sock", "", "grpc://localhost grpc /run/a.sock"],
  ["unix:a.sock", "", "grpc://localhost grpc a.sock"],
];

const REFUSED: readonly Row[] = [
  ["unix:///run/a.sock", "tls", "-tls over a Unix socket"],
  ["unix:///run/a.sock", "connect", "a Unix socket is not asked by protocol connect"],
  ["ftp://h", "", "no way to ask ftp"],
  ["http://h", "tls", "http:// has no TLS; begin it with https://"],
  ["grpc://h", "connect", "grpc:// is not asked by protocol connect; use grpc, jina"],
  ["h h:1", "", "no host:port"],
  ["", "", "no host:port"],
  ["h:99999", "", "no host:port"],
  ["user@h:1", "", "no host:port"],
  ["https://h?q", "", "no host:port"],
];

function read(text: string, options: string) {
  const words = options.split(" ");
  const protocol = words.find((word) => word !== "tls" && word !== "") as Protocol | undefined;
  return readAddress(text, { protocol, isTls: words.includes("tls") });
}

for (const [text, options, expected] of READ) {
  Deno.test(`readAddress() reads ${text} ${options} as ${expected}`, () => {
    const { url, protocol, isTls, unixPath } = read(text, options);
    assert.equal([url, protocol, ...(unixPath ? [unixPath] : [])].join(" "), expected);
    assert.equal(isTls, /^(?:grpcs|https|wss):/i.test(url));
  });
}

for (const [text, options, problem] of REFUSED) {
  Deno.test(`readAddress() refuses ${JSON.stringify(text)} ${options}`, () => {
    assert.throws(() => read(text, options), (error: Error) => error.message.includes(problem));
  });
}
