/**
 * Why an upstream's address must not be asked for, such as `127.0.0.1 is a loopback address`; undefined when it may be.
 *
 * The address is read as `http://` whatever its scheme, because `URL` resolves the decimal, octal, hexadecimal, short and
 * percent-encoded spellings of a host for special schemes only (https://url.spec.whatwg.org/#special-scheme). It judges
 * what is written and never asks DNS: a public name that resolves to a private address passes here, and is stopped where
 * names are resolved.
 *
 * @param url An absolute URL of any scheme, or `host[:port][/path]`.
 */
export function addressProblem(url: string): string | undefined {
  if (FORBIDDEN_CHARS.test(url)) return "spaces, control characters and backslashes do not belong in an address";
  const rest = url.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? "";
  if (authority.includes("@")) return "a user name or password does not belong in an address";
  if (/\[[^\]]*%/.test(authority)) return "an IPv6 zone names an interface of one machine";
  const host = hostOf(rest);
  if (host === undefined) return "it is no address";
  if (isIpv6(host)) return ipv6Problem(host.slice(1, -1));
  return isIpv4(host) ? ipv4Problem(host) : nameProblem(host);
}

/** {@link addressProblem} of a bare address, as resolvers give it: IPv6 without brackets, maybe with a zone. */
export function ipProblem(address: string): string | undefined {
  return addressProblem(address.includes(":") ? `[${address}]` : address);
}

/** Whether a host, in the form `URL` gives it, is a bare IPv4 or IPv6 address. */
export function isIpAddress(host: string): boolean {
  return isIpv6(host) || isIpv4(host);
}

type Range = readonly [base: string, prefixBits: number, what: string];

// https://www.iana.org/assignments/iana-ipv4-special-registry; the first range that fits tells the reason.
const IPV4_RANGES: readonly Range[] = [
  ["0.0.0.0", 8, "an unspecified address"],
  ["10.0.0.0", 8, "a private address"],
  ["100.64.0.0", 10, "a carrier-grade NAT address"],
  ["127.0.0.0", 8, "a loopback address"],
  ["169.254.169.254", 32, "a cloud metadata address"],
  ["169.254.0.0", 16, "a link-local address"],
  ["172.16.0.0", 12, "a private address"],
  ["192.0.0.0", 24, "a protocol assignment address"],
  ["192.0.2.0", 24, "a documentation address"],
  ["192.88.99.0", 24, "a 6to4 relay address"],
  ["192.168.0.0", 16, "a private address"],
  ["198.18.0.0", 15, "a benchmark address"],
  ["198.51.100.0", 24, "a documentation address"],
  ["203.0.113.0", 24, "a documentation address"],
  ["224.0.0.0", 4, "a multicast address"],
  ["255.255.255.255", 32, "a broadcast address"],
  ["240.0.0.0", 4, "a reserved address"],
  // Public by range, yet it answers inside every Azure network only.
  // https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
  ["168.63.129.16", 32, "a cloud metadata address"],
];

// https://www.iana.org/assignments/iana-ipv6-special-registry; ranges that embed an IPv4 address are refused whole, but
// for NAT64.
const IPV6_RANGES: readonly Range[] = [
  ["::", 128, "an unspecified address"],
  ["::1", 128, "a loopback address"],
  ["::ffff:0:0", 96, "an IPv4-mapped address"],
  ["::", 96, "an IPv4-compatible address"],
  ["64:ff9b:1::", 48, "a local NAT64 address"],
  ["2001::", 32, "a Teredo address"],
  ["2001:db8::", 32, "a documentation address"],
  ["2001::", 23, "a protocol assignment address"],
  ["2002::", 16, "a 6to4 address"],
  ["3fff::", 20, "a documentation address"],
  ["fc00::", 7, "a private address"],
  ["fe80::", 10, "a link-local address"],
  ["fec0::", 10, "a site-local address"],
  ["ff00::", 8, "a multicast address"],
];

/** Where only IPv6 is spoken, DNS64 puts every IPv4 address of the world behind this prefix: RFC 6052 §2.1. */
const NAT64_BASE = "64:ff9b::";

// RFC 6761, RFC 6762 appendix G, RFC 8375, the suffix ICANN reserved for private use, and Kubernetes' short one.
const PRIVATE_SUFFIXES = [
  "localhost",
  "test",
  "svc",
  "localdomain",
  "local",
  "internal",
  "home.arpa",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
] as const;

/** Public names whose only answer is a metadata address: https://cloud.tencent.com/document/product/213/4934 */
const METADATA_NAMES: ReadonlySet<string> = new Set(["metadata.tencentyun.com"]);

/** What all resolvers read alike; `URL` lets more pass, and empty labels too. An underscore is no host's, but in use. */
const LABEL = /^[a-z0-9_-]{1,63}$/;

/** RFC 1035 §2.3.4, written out. */
const NAME_MAX_CHARS = 253;

const FORBIDDEN_CHARS = /[\0-\x20\x7f\\]/;

function hostOf(rest: string): string | undefined {
  const url = URL.parse(`http://${rest}`);
  return url === null || url.hostname === "" ? undefined : url.hostname;
}

function isIpv6(host: string): boolean {
  return host.startsWith("[");
}

function isIpv4(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

function ipv4Problem(host: string): string | undefined {
  const range = IPV4_RANGES.find(([base, bits]) => sharePrefix(ipv4Bits(host), ipv4Bits(base), 32 - bits));
  return range === undefined ? undefined : `${host} is ${range[2]}`;
}

function ipv6Problem(host: string): string | undefined {
  if (sharePrefix(ipv6Bits(host), ipv6Bits(NAT64_BASE), 32)) return nat64Problem(host);
  const range = IPV6_RANGES.find(([base, bits]) => sharePrefix(ipv6Bits(host), ipv6Bits(base), 128 - bits));
  if (range !== undefined) return `${host} is ${range[2]}`;
  // All public addresses are 2000::/3 (RFC 4291 §2.4); the rest is reserved.
  return sharePrefix(ipv6Bits(host), ipv6Bits("2000::"), 125) ? undefined : `${host} is a reserved address`;
}

function nat64Problem(host: string): string | undefined {
  const bits = ipv6Bits(host);
  const embedded = [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join(".");
  const problem = ipv4Problem(embedded);
  return problem === undefined ? undefined : `${host} leads to IPv4, where ${problem}`;
}

function nameProblem(host: string): string | undefined {
  const name = host.replace(/\.$/, "");
  const labels = name.split(".");
  if (name.length > NAME_MAX_CHARS || !labels.every((label) => LABEL.test(label))) return "it is no host name";
  if (METADATA_NAMES.has(name)) return `${host} is a cloud metadata service`;
  const suffix = PRIVATE_SUFFIXES.find((suffix) => name === suffix || name.endsWith(`.${suffix}`));
  if (suffix !== undefined) return `${host} is a private name`;
  return labels.length > 1 ? undefined : `${host} is a single label, which only a private network resolves`;
}

function sharePrefix(a: bigint, b: bigint, hostBits: number): boolean {
  return a >> BigInt(hostBits) === b >> BigInt(hostBits);
}

function ipv4Bits(text: string): bigint {
  return text.split(".").reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
}

/** Of an address as `URL` writes it: no dotted tail, at most one `::`. */
function ipv6Bits(text: string): bigint {
  const [head = "", tail = ""] = text.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const zeros = new Array<string>(8 - left.length - right.length).fill("0");
  return [...left, ...zeros, ...right].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}
