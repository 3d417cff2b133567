import type { Peer } from "./peer.ts";
import { PEERS } from "./peers.ts";
import { interopSuite } from "./suite.ts";
import { interopPage } from "./table.ts";

const PAGE = new URL("../../docs/interop.md", import.meta.url);

/** Where all must be there, a peer that cannot be had is a failure. */
const isEveryPeerNeeded = Deno.env.get("CI") === "true";

const missing = new Map<Peer, string>();
for (const peer of PEERS) {
  const reason = await peer.prepare().then(() => undefined, (error: unknown) => String(error));
  if (reason !== undefined) missing.set(peer, reason);
}

for (const [{ name }, reason] of missing) {
  Deno.test({
    name: `${name} is skipped: ${reason}`,
    ignore: !isEveryPeerNeeded,
    fn: () => {
      throw new Error(`Cannot ask ${name}: ${reason}`);
    },
  });
}

const results = interopSuite(PEERS.filter((peer) => !missing.has(peer)));

Deno.test({
  name: "docs/interop.md is written from this run, when every peer is here",
  ignore: missing.size > 0,
  fn: async () => Deno.writeTextFile(PAGE, interopPage(PEERS, await results())),
});
