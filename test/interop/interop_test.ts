import { CONSUMERS } from "./consumers/all.ts";
import { consumerSuite } from "./consumers/suite.ts";
import { consumersPart } from "./consumers/table.ts";
import { PEERS } from "./peers.ts";
import { interopSuite } from "./suite.ts";
import { interopPage } from "./table.ts";

const PAGE = new URL("../../docs/interop.md", import.meta.url);

/** Where all must be there, a program by other hands that cannot be had is a failure. */
const isEveryoneNeeded = Deno.env.get("CI") === "true";

const missing = new Map<object, string>();
for (const other of [...PEERS, ...CONSUMERS]) {
  const reason = await other.prepare().then(() => undefined, (error: unknown) => String(error));
  if (reason === undefined) continue;
  missing.set(other, reason);
  Deno.test({
    name: `${other.name} is skipped: ${reason}`,
    ignore: !isEveryoneNeeded,
    fn: () => {
      throw new Error(`Cannot have ${other.name}: ${reason}`);
    },
  });
}

const results = interopSuite(PEERS.filter((peer) => !missing.has(peer)));
const sights = consumerSuite(CONSUMERS.filter((consumer) => !missing.has(consumer)));

Deno.test({
  name: "docs/interop.md is written from this run, when everyone is here",
  ignore: missing.size > 0,
  fn: async () =>
    Deno.writeTextFile(PAGE, interopPage(PEERS, await results()) + consumersPart(CONSUMERS, await sights())),
});
