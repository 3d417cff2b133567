import { startDroppingProxy } from "../lab/dropping-proxy.ts";
import { forcedDryRun } from "../lab/question.ts";
import { anyPorts, fleetOf, startUpstreams } from "../lab/upstreams.ts";
import type { StartRollcall } from "../../test/support/rollcall.ts";
import type { Finding } from "./finding.ts";

const REFRESHES = 2_000;
const LOSS = { share: 0.01, seed: 20_261_121 };

/** One probe in a hundred is lost on the way, half by a reset, half in silence: nobody is called down for it. */
export async function losses(start: StartRollcall): Promise<Finding[]> {
  await using upstreams = await startUpstreams(anyPorts(3));
  await using proxy = await startDroppingProxy(upstreams.ports, LOSS);
  await using rollcall = await start(fleetOf(proxy.ports));
  const tookMs: number[] = [];
  let red = 0;
  for (let refresh = 0; refresh < REFRESHES; refresh++) {
    const answer = await forcedDryRun(rollcall);
    if (answer.status !== 200) red++;
    tookMs.push(answer.tookMs);
  }
  const { requests, resets, blackHoles } = proxy.seen;
  const isReal = requests >= 3 * REFRESHES && resets > 0 && blackHoles > 0;
  return [{
    promise: "one probe in a hundred lost turns no answer red",
    isKept: red === 0 && isReal,
    saw: `${red} red of ${REFRESHES} refreshes; ${requests} probes, ${resets} reset, ${blackHoles} swallowed; ` +
      `slowest answer ${Math.max(...tookMs)} ms`,
  }];
}
