import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";

/** A DNS server that gives every name the same addresses, to be forgotten at once. */
export interface DnsServer extends AsyncDisposable {
  /** What it says from now on; nothing: there is no such name. */
  answer(...addresses: readonly string[]): void;
  /** Ask it, by the platform's own stub resolver. Rejects as `getaddrinfo` does when there is no such name. */
  resolve(name: string): Promise<readonly string[]>;
}

/** Start one on 127.0.0.1: https://www.rfc-editor.org/rfc/rfc1035 */
export async function startDnsServer(): Promise<DnsServer> {
  let addresses: readonly string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (query, { address, port }) => socket.send(answerTo(query, addresses), port, address));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const nameServer = { ipAddr: "127.0.0.1", port: socket.address().port };
  return {
    answer(...next) {
      addresses = next;
    },
    async resolve(name) {
      const records = (["A", "AAAA"] as const).map((type) =>
        Deno.resolveDns(name, type, { nameServer }).catch(() => [])
      );
      const found = (await Promise.all(records)).flat();
      if (found.length === 0) throw new Error(`getaddrinfo ENOTFOUND ${name}`);
      return found;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}

const TYPE = { A: 1, AAAA: 28 } as const;

/** §4.1: the question again, and what is known of its type. */
function answerTo(query: Uint8Array, addresses: readonly string[]): Uint8Array<ArrayBuffer> {
  const [high = 0, low = 0] = query;
  // A name ends with an empty label; type and class follow.
  const end = query.indexOf(0, 12) + 5;
  const question = query.subarray(12, end);
  const type = question.at(-3);
  const fitting = addresses.filter((address) => TYPE[isIPv6(address) ? "AAAA" : "A"] === type);
  const code = addresses.length === 0 ? NO_SUCH_NAME : 0;
  const head = [high, low, 0x84, code, 0, 1, 0, fitting.length, 0, 0, 0, 0];
  return Uint8Array.from([...head, ...question, ...fitting.flatMap(recordOf)]);
}

const NO_SUCH_NAME = 3;

/** §4.1.3, whose name is the question's. */
function recordOf(address: string): number[] {
  const data = isIPv6(address) ? ipv6Bytes(address) : address.split(".").map(Number);
  return [0xc0, 12, 0, isIPv6(address) ? TYPE.AAAA : TYPE.A, 0, 1, 0, 0, 0, 0, 0, data.length, ...data];
}

function ipv6Bytes(address: string): number[] {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail = ""] = canonical.split("::");
  const groups = (text: string) => text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));
  const zeros = new Array<number>(8 - groups(head).length - groups(tail).length).fill(0);
  return [...groups(head), ...zeros, ...groups(tail)].flatMap((group) => [group >> 8, group & 0xff]);
}
