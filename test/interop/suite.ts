import assert from "node:assert/strict";
import { type Ask, asksOf } from "./asks.ts";
import type { Peer } from "./peer.ts";
import { expectedOf, PHASES } from "./phases.ts";
import { PLATFORMS, type Results, runInterop, type Seen } from "./run.ts";

/** Register a test for each platform and way of asking a peer, all on one run, which is made when the first test needs it. */
export function interopSuite(peers: readonly Peer[]): () => Promise<Results> {
  let run: Promise<Results> | undefined;
  const results = () => run ??= runInterop(peers);
  for (const platform of PLATFORMS) {
    for (const ask of peers.flatMap(asksOf)) {
      const { peer: { name, version }, way } = ask;
      Deno.test(`${platform} asks ${name} ${version} by ${way}, up, down, up, gone and back`, async () => {
        const phases = (await results())[platform].get(ask.name) ?? [];
        for (const [index, phase] of PHASES.entries()) {
          const seen = phases[index] ?? {};
          const statuses = Object.fromEntries(Object.keys(seen).map((service) => [service, seen[service]?.status]));
          for (const one of Object.values(seen)) assertSpoken(one, ask);
          assert.deepEqual(statuses, expectedOf(ask, phase), `${phase.name}: ${JSON.stringify(seen)}`);
        }
      });
    }
  }
  return results;
}

/** Whatever was asked for, an answer came in a protocol that the peer speaks. */
function assertSpoken({ failure, protocol }: Seen, { peer }: Ask): void {
  if (failure === "unavailable" && protocol === null) return;
  assert.ok(peer.protocols.some((known) => known === protocol), `asked in ${protocol}`);
}
