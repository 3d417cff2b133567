import type { StartRollcall } from "../test/support/rollcall.ts";
import { startOnDeno } from "../test/support/rollcall-deno.ts";
import { startOnWorkerd } from "../test/support/rollcall-workerd.ts";
import type { Finding } from "./soak/finding.ts";
import { losses } from "./soak/losses.ts";
import { nextQuestion } from "./soak/next-question.ts";
import { wholeFleet } from "./soak/whole-fleet.ts";

/**
 * The promises about truth, with default knobs, real processes and real time: a few minutes. What it prints is what it
 * saw; it exits with 1 when a promise was broken.
 */
const PLATFORMS: Readonly<Record<string, StartRollcall>> = { workerd: startOnWorkerd, Deno: startOnDeno };

// These two mostly wait, so all of them may run together; the losses want the machine for themselves.
const waiting = Object.entries(PLATFORMS).flatMap(([platform, start]) => [
  report(platform, nextQuestion(start)),
  report(platform, wholeFleet(start)),
]);
const findings = (await Promise.all(waiting)).flat();
for (const [platform, start] of Object.entries(PLATFORMS)) findings.push(...await report(platform, losses(start)));
const broken = findings.filter(({ isKept }) => !isKept).length;
console.log(`${findings.length - broken} kept, ${broken} broken`);
// Miniflare keeps timers of its own.
Deno.exit(broken === 0 ? 0 : 1);

async function report(platform: string, run: Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  const findings = await run;
  for (const { promise, isKept, saw } of findings) {
    console.log(`${isKept ? "kept  " : "BROKEN"} ${platform}: ${promise}: ${saw}`);
  }
  return findings;
}
