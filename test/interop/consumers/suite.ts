import assert from "node:assert/strict";
import type { Consumer } from "./consumer.ts";
import { runConsumers, type Sights } from "./run.ts";

/** Register a test for each use of each consumer, all on one run, which is made when the first test needs it. */
export function consumerSuite(consumers: readonly Consumer[]): () => Promise<Sights> {
  let run: Promise<Sights> | undefined;
  const results = () => run ??= runConsumers(consumers);
  for (const { name, version, uses } of consumers) {
    for (const { what, of, up, down } of uses) {
      Deno.test(`${name} ${version} asks Rollcall on ${of}, up, down and up: ${what}`, async () => {
        assert.deepEqual((await results()).get(what), [up, down, up]);
      });
    }
  }
  return results;
}
