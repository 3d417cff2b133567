import { lookup } from "node:dns/promises";
import { ipProblem } from "../../core/address.ts";
import { endpointOf } from "../../core/endpoint.ts";
import type { Upstream } from "../../core/registry.ts";

/** Keeps probes out of private networks: where a name leads is the word of whoever answers for it in DNS. */
export interface AddressGuard {
  /**
   * The addresses of an upstream's host, in the order in which to try them; at least one. Whoever dials one of them asks
   * no resolver again, which might then say another.
   *
   * Rejects when any of them must not be asked, in words that `thrown.ts` knows; with the resolver's own error; or with
   * `signal`'s reason once it aborts.
   */
  addressesOf(upstream: Upstream, signal: AbortSignal): Promise<readonly string[]>;
}

/** What a guard works with. */
export interface AddressGuardOptions {
  /** Told of an upstream that is refused, once until it is not; no address is in it. */
  readonly onRefused: (upstreamName: string) => void;
  /** Default: the platform's own resolver, which `Deno.connect` and `fetch` ask too, `/etc/hosts` included. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>;
}

/** Create a guard by the rules of `core/address.ts`. */
export function createAddressGuard({ onRefused, resolve = lookUp }: AddressGuardOptions): AddressGuard {
  const refused = new Set<string>();
  return {
    async addressesOf({ name, url }, signal) {
      const addresses = await unlessAborted(resolve(endpointOf(url).hostname), signal);
      const problem = addresses.map(ipProblem).find((problem) => problem !== undefined);
      if (problem === undefined) {
        refused.delete(name);
        return addresses;
      }
      if (!refused.has(name)) onRefused(name);
      refused.add(name);
      throw new Error(`${REFUSED}, and ${problem}`);
    },
  };
}

/**
 * Try addresses in turn, and give what the first gives that can be connected to.
 *
 * @param isUnreachable The error says that no connection came about: another address may be tried.
 */
export async function firstReachable<T>(
  addresses: readonly string[],
  reach: (address: string) => Promise<T>,
  isUnreachable: (error: unknown) => boolean,
): Promise<T> {
  for (const address of addresses.slice(0, -1)) {
    try {
      return await reach(address);
    } catch (error) {
      if (!isUnreachable(error)) throw error;
    }
  }
  return await reach(addresses.at(-1) ?? "");
}

/** `thrown.ts` reads it: our refusal is no observation of the upstream. */
const REFUSED = "the name leads where no probe may go";

async function lookUp(hostname: string): Promise<readonly string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}

/** A lookup cannot be called off; nobody then waits for it. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
