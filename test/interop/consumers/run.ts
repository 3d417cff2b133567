import { passed } from "../../support/eventually.ts";
import type { Consumer, Use, Using } from "./consumer.ts";
import { startScene } from "./scene.ts";

/** What each use made of the fleet, by {@link Use.what}: up, with `checkout` NOT_SERVING, and up again. */
export type Sights = ReadonlyMap<string, readonly string[]>;

/** A consumer looks at intervals of its own, and a machine may be slow: together far longer than that. */
const MOST_LOOKS = 60;
const LOOK_EVERY_MS = 250;

const PHASES = [["SERVING", "up"], ["NOT_SERVING", "down"], ["SERVING", "up"]] as const;

/** Use every consumer, prepared before, through all phases. What it sees otherwise than expected is no error here. */
export async function runConsumers(consumers: readonly Consumer[]): Promise<Sights> {
  const sights = new Map<string, string[]>();
  const begun: (readonly [Use, Using])[] = [];
  await using scene = await startScene();
  try {
    for (const use of consumers.flatMap(({ uses }) => uses)) begun.push([use, await use.begin(scene)]);
    for (const [status, phase] of PHASES) {
      await scene.turn(status);
      for (const [use, using] of begun) {
        sights.set(use.what, [...sights.get(use.what) ?? [], await settled(using, use[phase])]);
      }
    }
  } finally {
    for (const [, { end }] of begun) await end?.();
  }
  return sights;
}

/** Look until all is as expected; when it never becomes so, give what was seen last. */
async function settled(using: Using, expected: string): Promise<string> {
  for (let looks = 1;; looks++) {
    const seen = await using.see();
    if (looks === MOST_LOOKS || seen === expected) return seen;
    await passed(LOOK_EVERY_MS);
  }
}
