import assert from "node:assert/strict";
import { candidatesOf } from "../../../src/cli/init/candidates.ts";

for (
  const [address, urls] of [
    ["https://a.example.com/x/", ["https://a.example.com/x"]],
    ["grpc://a.example.com", ["grpc://a.example.com"]],
    ["a.example.com", [
      "https://a.example.com",
      "grpcs://a.example.com",
      "grpc://a.example.com",
      "http://a.example.com",
    ]],
    ["a.example.com:443", [
      "https://a.example.com:443",
      "grpcs://a.example.com:443",
      "grpc://a.example.com:443",
      "http://a.example.com:443",
    ]],
    ["127.0.0.1:50051", [
      "grpc://127.0.0.1:50051",
      "http://127.0.0.1:50051",
      "https://127.0.0.1:50051",
      "grpcs://127.0.0.1:50051",
    ]],
    ["[::1]:80", ["grpc://[::1]:80", "http://[::1]:80", "https://[::1]:80", "grpcs://[::1]:80"]],
  ] as const
) {
  Deno.test(`candidatesOf() tries ${urls[0]} first when the address is ${address}`, () => {
    assert.deepEqual(candidatesOf(address), urls);
  });
}

for (const address of ["", "ftp://a", "a:b:c", "https://user@a", "a?b=c"]) {
  Deno.test(`candidatesOf() refuses ${JSON.stringify(address)}, and says what to write`, () => {
    assert.throws(() => candidatesOf(address), /Cannot read address .*; write host:port, or a URL/);
  });
}
