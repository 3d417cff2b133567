import { createBackoff } from "../../core/backoff.ts";
import type { Io } from "../io.ts";
import type { Checked, CheckEvents } from "./checked.ts";
import { createLine, type Line } from "./line.ts";
import type { CheckPlan } from "./plan.ts";

/** Check one service after another, over one connection where the protocol is native gRPC. Never rejects. */
export async function checkServices(plan: CheckPlan, io: Io, events: CheckEvents): Promise<readonly Checked[]> {
  const line = createLine(plan, io, events);
  events.connecting();
  const checked: Checked[] = [];
  for (const service of plan.services) {
    const last = checked.at(-1);
    // What cannot be reached for one service cannot for another.
    checked.push(last?.kind === "not-connected" ? last : await checkPatiently(line, service, { plan, io }));
  }
  line.close();
  return checked;
}

/**
 * Check a service. A server that cannot be reached is tried again by gRPC's backoff for as long as the connect timeout has room for
 * another attempt, for it may just be starting; grpc-go does the same, but waits the timeout out.
 */
async function checkPatiently(
  line: Line,
  service: string,
  { plan, io: { clock, stop } }: { readonly plan: CheckPlan; readonly io: Io },
): Promise<Checked> {
  // Without its jitter: one client among servers that start needs none, and its exit code should not be chance.
  const backoff = createBackoff(() => 0.5);
  const connectByMs = clock.nowMs() + plan.connectTimeoutMs;
  for (;;) {
    const startedMs = clock.nowMs();
    const checked = await line.check(service, connectByMs - startedMs);
    const nextAtMs = startedMs + backoff.nextMs();
    const isOver = checked.kind !== "not-connected" || checked.isTimeout || nextAtMs >= connectByMs || stop.aborted;
    if (isOver) return checked;
    await clock.sleep(nextAtMs - clock.nowMs(), stop);
  }
}
