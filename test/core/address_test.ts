import assert from "node:assert/strict";
import fc from "fast-check";
import { addressProblem, isIpAddress } from "../../src/core/address.ts";

const REFUSED: readonly (readonly [url: string, problem: string])[] = [
  ["http://127.0.0.1", "127.0.0.1 is a loopback address"],
  ["http://127.0.0.1.", "127.0.0.1 is a loopback address"],
  ["http://127.1", "127.0.0.1 is a loopback address"],
  ["http://2130706433", "127.0.0.1 is a loopback address"],
  ["http://0x7f000001", "127.0.0.1 is a loopback address"],
  ["http://0x7f.0.0.1", "127.0.0.1 is a loopback address"],
  ["http://0177.0.0.01", "127.0.0.1 is a loopback address"],
  ["http://017700000001", "127.0.0.1 is a loopback address"],
  ["http://127.0.0.%31", "127.0.0.1 is a loopback address"],
  ["http://127。0。0。1", "127.0.0.1 is a loopback address"],
  ["http://\u2460\u2461\u2466.0.0.1", "127.0.0.1 is a loopback address"],
  ["http://127.0.0.1:8080/path", "127.0.0.1 is a loopback address"],
  ["http:///127.0.0.1", "127.0.0.1 is a loopback address"],
  ["grpc://0x7f.1:50051", "127.0.0.1 is a loopback address"],
  ["grpcs://2130706433:443/x", "127.0.0.1 is a loopback address"],
  ["wss://017700000001", "127.0.0.1 is a loopback address"],
  ["127.0.0.1:50051", "127.0.0.1 is a loopback address"],
  ["http://0", "0.0.0.0 is an unspecified address"],
  ["http://0.1.2.3", "0.1.2.3 is an unspecified address"],
  ["http://10.255.0.1", "10.255.0.1 is a private address"],
  ["http://100.64.0.1", "100.64.0.1 is a carrier-grade NAT address"],
  ["http://100.127.255.255", "100.127.255.255 is a carrier-grade NAT address"],
  ["http://169.254.169.254/latest/meta-data", "169.254.169.254 is a cloud metadata address"],
  ["http://169.254.1.1", "169.254.1.1 is a link-local address"],
  ["http://172.16.0.1", "172.16.0.1 is a private address"],
  ["http://172.31.255.255", "172.31.255.255 is a private address"],
  ["http://192.0.0.192", "192.0.0.192 is a protocol assignment address"],
  ["http://192.0.2.1", "192.0.2.1 is a documentation address"],
  ["http://192.88.99.1", "192.88.99.1 is a 6to4 relay address"],
  ["http://192.168.1.1", "192.168.1.1 is a private address"],
  ["http://198.18.0.1", "198.18.0.1 is a benchmark address"],
  ["http://198.19.255.255", "198.19.255.255 is a benchmark address"],
  ["http://198.51.100.1", "198.51.100.1 is a documentation address"],
  ["http://203.0.113.1", "203.0.113.1 is a documentation address"],
  ["http://224.0.0.1", "224.0.0.1 is a multicast address"],
  ["http://239.255.255.255", "239.255.255.255 is a multicast address"],
  ["http://240.0.0.1", "240.0.0.1 is a reserved address"],
  ["http://255.255.255.255", "255.255.255.255 is a broadcast address"],
  ["http://168.63.129.16", "168.63.129.16 is a cloud metadata address"],
  ["http://[::]", ":: is an unspecified address"],
  ["http://[::1]:50051", "::1 is a loopback address"],
  ["http://[0:0:0:0:0:0:0:1]", "::1 is a loopback address"],
  ["http://[::ffff:127.0.0.1]", "::ffff:7f00:1 is an IPv4-mapped address"],
  ["http://[::ffff:8.8.8.8]", "::ffff:808:808 is an IPv4-mapped address"],
  ["http://[::127.0.0.1]", "::7f00:1 is an IPv4-compatible address"],
  ["http://[64:ff9b::10.0.0.1]", "64:ff9b::a00:1 leads to IPv4, where 10.0.0.1 is a private address"],
  ["http://[64:ff9b:1::1]", "64:ff9b:1::1 is a local NAT64 address"],
  ["http://[2001:0:7f00:1::]", "2001:0:7f00:1:: is a Teredo address"],
  ["http://[2001:2::1]", "2001:2::1 is a protocol assignment address"],
  ["http://[2001:db8::1]", "2001:db8::1 is a documentation address"],
  ["http://[2002:7f00:1::]", "2002:7f00:1:: is a 6to4 address"],
  ["http://[3fff::1]", "3fff::1 is a documentation address"],
  ["http://[fd00:ec2::254]", "fd00:ec2::254 is a private address"],
  ["http://[fc00::1]", "fc00::1 is a private address"],
  ["http://[fe80::1]", "fe80::1 is a link-local address"],
  ["http://[fec0::1]", "fec0::1 is a site-local address"],
  ["http://[ff02::1]", "ff02::1 is a multicast address"],
  ["http://[100::1]", "100::1 is a reserved address"],
  ["http://[4000::1]", "4000::1 is a reserved address"],
  ["http://[fe80::1%25eth0]", "an IPv6 zone names an interface of one machine"],
  ["http://[fe80::1%eth0]:80", "an IPv6 zone names an interface of one machine"],
  ["http://localhost", "localhost is a private name"],
  ["http://LOCALHOST.:80", "localhost. is a private name"],
  ["http://a.localhost", "a.localhost is a private name"],
  ["http://printer.local", "printer.local is a private name"],
  ["http://metadata.google.internal", "metadata.google.internal is a private name"],
  ["http://metadata.google.internal..", "it is no host name"],
  ["http://nas.home.arpa", "nas.home.arpa is a private name"],
  ["http://host.lan", "host.lan is a private name"],
  ["http://checkout", "checkout is a single label, which only a private network resolves"],
  ["http://checkout.", "checkout. is a single label, which only a private network resolves"],
  ["https://user@api.acme.com", "a user name or password does not belong in an address"],
  ["https://user:pw@127.0.0.1", "a user name or password does not belong in an address"],
  ["https://@api.acme.com", "a user name or password does not belong in an address"],
  ["http://api.acme.com\\@127.0.0.1", "spaces, control characters and backslashes do not belong in an address"],
  ["http:\\\\127.0.0.1", "spaces, control characters and backslashes do not belong in an address"],
  ["http://127.0.\t0.1", "spaces, control characters and backslashes do not belong in an address"],
  [" http://127.0.0.1", "spaces, control characters and backslashes do not belong in an address"],
  ["http:127.0.0.1", "it is no address"],
  ["http://1.2.3.999", "it is no address"],
  ["http://", "it is no address"],
  ["", "it is no address"],
];

const ALLOWED = [
  "https://api.acme.com",
  "https://api.acme.com.",
  "https://api.acme.com:8443/grpc",
  "https://internal.acme.com",
  "https://localhost.acme.com",
  "grpcs://api.acme.com:443",
  "https://8.8.8.8",
  "https://100.63.255.255",
  "https://100.128.0.1",
  "https://172.15.255.255",
  "https://172.32.0.1",
  "https://192.0.1.1",
  "https://198.17.255.255",
  "https://198.20.0.1",
  "https://223.255.255.255",
  "https://[2606:4700:4700::1111]",
  "https://[2001:4860:4860::8888]:8443",
  "https://[2001:200::1]",
];

Deno.test("addressProblem() tells why each spelling of a forbidden address is forbidden", () => {
  for (const [url, problem] of REFUSED) assert.equal(addressProblem(url), problem, url);
});

Deno.test("addressProblem() lets public names and addresses pass, those next to a forbidden range too", () => {
  for (const url of ALLOWED) assert.equal(addressProblem(url), undefined, url);
});

const octet = fc.integer({ min: 0, max: 255 });
const privateIpv4 = fc.oneof(
  fc.tuple(fc.constant(10), octet, octet, octet),
  fc.tuple(fc.constant(127), octet, octet, octet),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
  fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
  fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
  fc.tuple(fc.integer({ min: 224, max: 255 }), octet, octet, octet),
);

type Bytes = [number, number, number, number];
const asNumber = ([a, b, c, d]: Bytes) => ((a * 256 + b) * 256 + c) * 256 + d;

const SPELLINGS: readonly ((bytes: Bytes) => string)[] = [
  (bytes) => bytes.join("."),
  (bytes) => `${bytes.join(".")}.`,
  (bytes) => String(asNumber(bytes)),
  (bytes) => `0x${asNumber(bytes).toString(16)}`,
  (bytes) => `0X${asNumber(bytes).toString(16).toUpperCase()}`,
  (bytes) => `0${asNumber(bytes).toString(8)}`,
  (bytes) => bytes.map((byte) => `0x${byte.toString(16)}`).join("."),
  (bytes) => bytes.map((byte) => `0${byte.toString(8)}`).join("."),
  ([a, b, c, d]) => `${a}.${(b * 256 + c) * 256 + d}`,
  ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`,
  (bytes) => [...bytes.join(".")].map((char) => `%${char.charCodeAt(0).toString(16)}`).join(""),
  (bytes) => `[::ffff:${bytes.join(".")}]`,
  (bytes) => `[0:0:0:0:0:FFFF:${bytes.join(".")}]`,
  (bytes) => `[::${bytes.join(".")}]`,
  (bytes) => `[64:ff9b::${bytes.join(".")}]`,
  ([a, b, c, d]) => `[2002:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}::1]`,
];

Deno.test("addressProblem() refuses every spelling of every private IPv4 address under every scheme", () => {
  const scheme = fc.constantFrom("http", "https", "grpc", "grpcs", "ws", "wss");
  const port = fc.constantFrom("", ":1", ":50051");
  fc.assert(
    fc.property(privateIpv4, fc.constantFrom(...SPELLINGS), scheme, port, (bytes, spell, scheme, port) => {
      assert.notEqual(addressProblem(`${scheme}://${spell(bytes)}${port}/x`), undefined);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("isIpAddress() knows the hosts of URL that are bare addresses", () => {
  assert.equal(isIpAddress(new URL("http://0x8080808").hostname), true);
  assert.equal(isIpAddress(new URL("http://[2606:4700::1]").hostname), true);
  assert.equal(isIpAddress("8.8.8.8.acme.com"), false);
  assert.equal(isIpAddress("acme.com"), false);
});
