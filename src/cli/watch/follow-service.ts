import type { Target } from "../../core/registry.ts";
import { createWatcher } from "../../probe/watch.ts";
import { createFollower } from "../../refresh/follow.ts";
import { ask } from "../ask.ts";
import { statusOf } from "../check/result.ts";
import type { Io } from "../io.ts";
import { rpcErrorOf } from "../rpc-error.ts";

/** Hears of a service. */
export interface ServiceEvents {
  /** It is this now, and was another before; UNREACHABLE where nobody answers. */
  changed(status: string, detail: string): void;
  /** The stream gives nothing, though the server answers: changes may go unseen until it does. */
  blind(): void;
}

/** A server is asked why a stream ended for this long, in milliseconds. */
const ASK_TIMEOUT_MS = 3_000;

/**
 * Follow a service by its Watch stream until Ctrl-C. A stream that breaks begins anew by gRPC's connection backoff, and one Check
 * tells meanwhile what is wrong.
 *
 * @returns False when the server has no Watch.
 */
export async function followService(target: Target, io: Io, events: ServiceEvents): Promise<boolean> {
  const { clock, network } = io;
  const noWatch = new AbortController();
  const asking = new Set<Promise<void>>();
  let told = "";
  let messages = 0;

  function tell(status: string, detail: string): void {
    if (status !== told) events.changed(status, detail);
    told = status;
  }

  async function checkNow(isBlind: boolean): Promise<void> {
    const before = messages;
    const outcome = await ask(target, ASK_TIMEOUT_MS, io);
    // The stream that is there again knows better.
    if (io.stop.aborted || messages > before) return;
    const status = statusOf(outcome);
    if (status !== undefined) {
      tell(status, "");
      if (isBlind) events.blind();
      return;
    }
    const { code, detail } = rpcErrorOf(outcome);
    tell("UNREACHABLE", `${code}: ${detail}`);
  }

  function check(isBlind: boolean): void {
    const asked = checkNow(isBlind).finally(() => asking.delete(asked));
    asking.add(asked);
  }

  const follower = createFollower({
    watcher: createWatcher({ clock, network }),
    clock,
    log({ state }) {
      if (state === "unimplemented") noWatch.abort();
      if (state === "ended") check(true);
    },
  });
  const watched = { ...target, upstream: { ...target.upstream, isWatched: true } };
  await follower.follow([watched], {
    place: "",
    stateOf: () => undefined,
    learn({ observation }) {
      messages++;
      tell(statusOf(observation) ?? "UNKNOWN", "");
    },
    check: () => check(false),
  }, AbortSignal.any([io.stop, noWatch.signal]));
  await Promise.all(asking);
  return !noWatch.signal.aborted;
}
