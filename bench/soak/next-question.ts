import { DEFAULT_KNOBS } from "../../src/core/knobs.ts";
import { dryRun, type DryRunAnswer, pause } from "../lab/question.ts";
import { anyPorts, fleetOf, startUpstreams } from "../lab/upstreams.ts";
import type { StartRollcall } from "../../test/support/rollcall.ts";
import type { Finding } from "./finding.ts";

const CYCLES = 3;

/** More than a state may be old and still speak. */
const OVERDUE_MS = DEFAULT_KNOBS.workers.staleMs + 500;

/** A monitor's next question knows: one of three upstreams dies at least `staleMs` after the last refresh, and returns. */
export async function nextQuestion(start: StartRollcall): Promise<Finding[]> {
  await using others = await startUpstreams(anyPorts(2));
  let victim = await startUpstreams(anyPorts(1));
  const ports = [...others.ports, ...victim.ports];
  await using rollcall = await start(fleetOf(ports));
  const answers: Record<"alive" | "killed" | "back", DryRunAnswer[]> = { alive: [], killed: [], back: [] };
  answers.alive.push(await dryRun(rollcall));
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    await pause(OVERDUE_MS);
    await victim.kill();
    answers.killed.push(await dryRun(rollcall));
    victim = await startUpstreams(victim.ports);
    await pause(OVERDUE_MS);
    answers.back.push(await dryRun(rollcall));
  }
  await victim.kill();
  return [
    finding("the first question of all is answered 200", answers.alive, 200),
    finding("the first question after a SIGKILL is answered 503", answers.killed, 503),
    finding("the first question after the restart is answered 200", answers.back, 200),
  ];
}

function finding(promise: string, answers: readonly DryRunAnswer[], status: number): Finding {
  const saw = answers.map((answer) => `${answer.status} in ${answer.tookMs} ms`).join(", ");
  return { promise, isKept: answers.every((answer) => answer.status === status), saw };
}
