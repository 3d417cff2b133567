import { DEFAULT_KNOBS } from "../../src/core/knobs.ts";
import { dryRun, pause } from "../lab/question.ts";
import { anyPorts, fleetOf, startUpstreams } from "../lab/upstreams.ts";
import type { RunningRollcall, StartRollcall } from "../../test/support/rollcall.ts";
import type { Finding } from "./finding.ts";

const FLEET = 45;
const OVERDUE_MS = DEFAULT_KNOBS.workers.staleMs + 500;

/** How long a dead fleet may look alive: what an uptime monitor calls one interval. */
const PATIENCE_MS = 30_000;

/** Kill 45 of 45 at once: a fleet that dies together has no probes left to confirm with, and must turn red all the same. */
export async function wholeFleet(start: StartRollcall): Promise<Finding[]> {
  await using upstreams = await startUpstreams(anyPorts(FLEET));
  await using rollcall = await start(fleetOf(upstreams.ports));
  const alive = await dryRun(rollcall);
  await pause(OVERDUE_MS);
  await upstreams.kill();
  const { questions, afterMs } = await askUntilRed(rollcall);
  const isRed = questions !== undefined;
  return [{
    promise: `${FLEET} of ${FLEET} killed turn the fleet red`,
    isKept: alive.status === 200 && isRed,
    saw: `${alive.status} before; asked each second, ${
      isRed ? `question ${questions} was 503` : "never red"
    }, ${afterMs} ms after the kill`,
  }];
}

async function askUntilRed(rollcall: RunningRollcall): Promise<{ questions?: number; afterMs: number }> {
  const killedMs = performance.now();
  const afterMs = () => Math.round(performance.now() - killedMs);
  for (let questions = 1; afterMs() < PATIENCE_MS; questions++) {
    const { status } = await dryRun(rollcall);
    if (status === 503) return { questions, afterMs: afterMs() };
    await pause(1_000);
  }
  return { afterMs: afterMs() };
}
