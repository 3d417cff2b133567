import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";

const BAD_URLS: readonly (readonly [url: unknown, ...problems: string[]])[] = [
  [
    "checkout.acme.com:443",
    'Cannot parse UPSTREAMS[0].url "checkout.acme.com:443" of upstream "checkout": it has no scheme; begin it with grpc://, grpcs://, https:// or http://',
  ],
  [
    "https:/u:hunter2@a.acme.com",
    'Cannot parse UPSTREAMS[0].url "https:/***@a.acme.com" of upstream "checkout": it has no scheme; begin it with grpc://, grpcs://, https:// or http://',
  ],
  [
    "",
    'Cannot parse UPSTREAMS[0].url "" of upstream "checkout": it has no scheme; begin it with grpc://, grpcs://, https:// or http://',
  ],
  [5, 'Cannot parse UPSTREAMS[0].url 5 of upstream "checkout": not text; write it in quotes'],
  [
    "https://user:hunter2@a.acme.com",
    'Cannot parse UPSTREAMS[0].url "https://***@a.acme.com" of upstream "checkout": it has a user name or password; remove it, and authenticate by headers',
  ],
  [
    "https://user:hunter2@127.0.0.1",
    'Cannot parse UPSTREAMS[0].url "https://***@127.0.0.1" of upstream "checkout": it has a user name or password; remove it, and authenticate by headers',
    'Cannot parse UPSTREAMS[0].url "https://***@127.0.0.1" of upstream "checkout": 127.0.0.1 is a loopback address; use a public one, on Workers reach it by via, or set ALLOW_PRIVATE_UPSTREAMS = true where this process is inside that network',
  ],
  [
    "https://a.acme.com/x?key=hunter2",
    'Cannot parse UPSTREAMS[0].url "https://a.acme.com/x?***" of upstream "checkout": it has a query or fragment; end it with the path',
  ],
  [
    "https://a.acme.com#hunter2",
    'Cannot parse UPSTREAMS[0].url "https://a.acme.com#***" of upstream "checkout": it has a query or fragment; end it with the path',
  ],
  [
    "https://u:hunter2?w@a.acme.com",
    'Cannot parse UPSTREAMS[0].url "https://***@a.acme.com" of upstream "checkout": it has a query or fragment; end it with the path',
    'Cannot parse UPSTREAMS[0].url "https://***@a.acme.com" of upstream "checkout": port must be 1..65535; write scheme://host[:port][/path]',
  ],
  [
    "https://a.acme.com:0",
    'Cannot parse UPSTREAMS[0].url "https://a.acme.com:0" of upstream "checkout": port must be 1..65535; write scheme://host[:port][/path]',
  ],
  [
    "https://a.acme.com:65536",
    'Cannot parse UPSTREAMS[0].url "https://a.acme.com:65536" of upstream "checkout": port must be 1..65535; write scheme://host[:port][/path]',
  ],
  [
    "https://a.acme.com:http",
    'Cannot parse UPSTREAMS[0].url "https://a.acme.com:http" of upstream "checkout": port must be 1..65535; write scheme://host[:port][/path]',
  ],
  [
    "https://",
    'Cannot parse UPSTREAMS[0].url "https://" of upstream "checkout": it has no valid host; write scheme://host[:port][/path]',
  ],
  [
    "https://1.2.3.999",
    'Cannot parse UPSTREAMS[0].url "https://1.2.3.999" of upstream "checkout": it has no valid host; write scheme://host[:port][/path]',
  ],
  [
    "https://[fe80::1%25eth0]",
    'Cannot parse UPSTREAMS[0].url "https://[fe80::1%25eth0]" of upstream "checkout": it has no valid host; write scheme://host[:port][/path]',
  ],
  [
    "https://a b.acme.com",
    'Cannot parse UPSTREAMS[0].url "https://a b.acme.com" of upstream "checkout": it has spaces, controls or backslashes; remove them',
  ],
  [
    "https://a.acme.com\\@127.0.0.1",
    'Cannot parse UPSTREAMS[0].url "https://***@127.0.0.1" of upstream "checkout": it has spaces, controls or backslashes; remove them',
  ],
  [
    "https://0x7f.1",
    'Cannot parse UPSTREAMS[0].url "https://0x7f.1" of upstream "checkout": 127.0.0.1 is a loopback address; use a public one, on Workers reach it by via, or set ALLOW_PRIVATE_UPSTREAMS = true where this process is inside that network',
  ],
  [
    "https://localhost.:50051",
    'Cannot parse UPSTREAMS[0].url "https://localhost.:50051" of upstream "checkout": localhost. is a private name; use a public one, on Workers reach it by via, or set ALLOW_PRIVATE_UPSTREAMS = true where this process is inside that network',
  ],
  [
    "https://8.8.8.8",
    'Cannot parse UPSTREAMS[0].url "https://8.8.8.8" of upstream "checkout": a Worker cannot fetch from a bare IP address; give it a DNS name',
  ],
  [
    "https://[2606:4700::1]:8443",
    'Cannot parse UPSTREAMS[0].url "https://[2606:4700::1]:8443" of upstream "checkout": a Worker cannot fetch from a bare IP address; give it a DNS name',
  ],
];

Deno.test("parseConfig() tells what is wrong with each URL, and shows no secret of it", () => {
  for (const [url, ...problems] of BAD_URLS) {
    assert.deepEqual(parseConfig({ UPSTREAMS: [{ name: "checkout", url }] }, "workers").problems, problems);
  }
});

Deno.test("parseConfig() normalises a URL, keeping its path and port", () => {
  const cases = [
    ["HTTPS://Checkout.Acme.COM/", "https://checkout.acme.com"],
    ["https://checkout.acme.com:443", "https://checkout.acme.com:443"],
    ["https://checkout.acme.com:", "https://checkout.acme.com"],
    ["http://checkout.acme.com:08080/Grpc/./api//", "http://checkout.acme.com:8080/Grpc/api"],
    ["https://münchen.acme.com", "https://xn--mnchen-3ya.acme.com"],
  ];
  for (const [url, normal] of cases) {
    const { registry, problems } = parseConfig({ UPSTREAMS: [{ name: "checkout", url }] }, "workers");
    assert.deepEqual(problems, []);
    assert.equal(registry.upstreams[0]?.url, normal);
  }
});

Deno.test("parseConfig() takes private addresses when ALLOW_PRIVATE_UPSTREAMS is true, but never userinfo", () => {
  for (const host of ["127.0.0.1:50051", "localhost:50051", "[::1]:50051", "0x7f.1", "checkout", "8.8.8.8"]) {
    const env = { UPSTREAMS: [{ name: "checkout", url: `http://${host}` }], ALLOW_PRIVATE_UPSTREAMS: true };
    assert.deepEqual(parseConfig(env, "workers").problems, [], host);
  }
  const env = { UPSTREAMS: [{ name: "checkout", url: "http://hunter2@127.0.0.1" }], ALLOW_PRIVATE_UPSTREAMS: true };
  assert.deepEqual(parseConfig(env, "deno").problems, [
    'Cannot parse UPSTREAMS[0].url "http://***@127.0.0.1" of upstream "checkout": it has a user name or password; remove it, and authenticate by headers',
  ]);
});

Deno.test("parseConfig() takes a public bare address wherever the platform can reach one", () => {
  const rows: readonly (readonly [scheme: string, protocol: string, isOnWorkers: boolean])[] = [
    ["grpc", "grpc", true],
    ["grpc", "jina", true],
    ["http", "grpc", true],
    ["https", "grpc", false],
    ["grpcs", "grpc", false],
    ["http", "auto", false],
    ["http", "connect", false],
    ["http", "http", false],
    ["ws", "jina", false],
  ];
  for (const [scheme, protocol, isOnWorkers] of rows) {
    for (const host of ["8.8.8.8", "[2606:4700::1]:8443"]) {
      const url = `${scheme}://${host}`;
      const UPSTREAMS = [{ name: "checkout", url, protocol }];
      const problem = `Cannot parse UPSTREAMS[0].url "${url}" of upstream "checkout": ` +
        "a Worker cannot fetch from a bare IP address; give it a DNS name";
      assert.deepEqual(parseConfig({ UPSTREAMS }, "workers").problems, isOnWorkers ? [] : [problem]);
      assert.deepEqual(parseConfig({ UPSTREAMS }, "deno").problems, []);
    }
  }
  const UPSTREAMS = [{ name: "checkout", url: "grpc://10.0.0.7:50051" }];
  assert.match(parseConfig({ UPSTREAMS }, "workers").problems.join(), /10\.0\.0\.7 is a private address/);
});
