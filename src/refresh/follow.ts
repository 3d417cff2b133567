import { createBackoff } from "../core/backoff.ts";
import type { FailureKind, Sighting } from "../core/observation.ts";
import { questionOf } from "../core/question.ts";
import type { Target } from "../core/registry.ts";
import type { TargetState } from "../core/snapshot.ts";
import type { ServingStatus } from "../core/status.ts";
import type { Clock, WatchedStatus, Watcher } from "../ports.ts";
import type { WatchLog } from "./log.ts";

/**
 * Keeps a Watch stream to each watched target, so that a change is known at once. Checks go on as if there were none: a
 * silent stream proves nothing.
 */
export interface Follower {
  /** Follow those targets that are watched, until `stop` aborts. Never rejects. */
  follow(targets: readonly Target[], loop: FollowedLoop, stop: AbortSignal): Promise<void>;
  /**
   * Hear what a check saw. If nobody answered it, the target's stream may hang as well, and begins anew.
   *
   * @returns False when it is not to be learned: the stream said otherwise while the check was under way, and the check may
   * tell of the time before.
   */
  heed(check: Sighting): boolean;
}

/** The refresh loop, as a follower uses it. */
export interface FollowedLoop {
  readonly place: string;
  stateOf(targetKey: string): TargetState | undefined;
  /** Learn what a stream said, for the next reader; it is stored behind. */
  learn(sighting: Sighting): void;
  /** Check a target now, though it be fresh, unless it is being checked. */
  check(targetKey: string): void;
}

export interface FollowerOptions {
  readonly watcher: Watcher;
  readonly clock: Clock;
  readonly log: (entry: WatchLog) => void;
  /** 0..1, uniform; default `Math.random`. */
  readonly random?: () => number;
}

/** A stream without a first message is given up after this long, in milliseconds; gRPC's least time for a connection. */
export const FIRST_MESSAGE_MAX_MS = 20_000;

/**
 * A stream is replaced after this long, in milliseconds: balancers and NATs forget a silent connection after four minutes
 * and more without telling either end, and it would stay deaf.
 */
export const STREAM_MAX_MS = 240_000;

/** Streams that break in a row cause one check in this many milliseconds. */
export const CHECK_EVERY_MS = 5_000;

/** Create a follower; nothing happens until it is told to follow. */
export function createFollower({ watcher, clock, log, random = Math.random }: FollowerOptions): Follower {
  const followed = new Map<string, Followed>();

  async function followOne(target: Target, loop: FollowedLoop, stop: AbortSignal): Promise<void> {
    const { key } = target;
    const self: Followed = { heard: undefined, cut: new AbortController(), told: undefined };
    followed.set(key, self);
    const backoff = createBackoff(random);
    let checkedAtMs = -Infinity;
    while (!stop.aborted) {
      const startedMs = clock.nowMs();
      self.cut = new AbortController();
      const { end, hasSpoken } = await stream(target, self, { loop, stop });
      if (stop.aborted) return;
      if (hasSpoken) backoff.reset();
      // Not of one that has watched before: a proxy may answer so while its server is exchanged.
      if (end === "unimplemented" && self.heard === undefined) {
        tell(key, self, "unimplemented");
        // What comes back after a failure may be another version of the server.
        await aborted(self.cut.signal, stop);
        continue;
      }
      if (!hasSpoken) tell(key, self, "ended");
      const isBroken = hasSpoken && !self.cut.signal.aborted;
      if (isBroken && Math.abs(clock.nowMs() - checkedAtMs) >= CHECK_EVERY_MS) {
        checkedAtMs = clock.nowMs();
        loop.check(key);
      }
      const waitMs = backoff.nextMs();
      // No longer than that, for the clock may have been set back.
      await clock.sleep(Math.max(0, Math.min(waitMs, startedMs + waitMs - clock.nowMs())), stop);
    }
  }

  /** Open one stream and hear it out; it is cut off where it says nothing at first, and when it is old. */
  async function stream(target: Target, self: Followed, { loop, stop }: Following) {
    const { cut } = self;
    const signal = AbortSignal.any([stop, cut.signal]);
    let hasSpoken = false;
    let disarm = clock.after(FIRST_MESSAGE_MAX_MS, () => cut.abort());
    const end = await watcher.watch(target, {
      signal,
      onStatus(said) {
        if (signal.aborted) return;
        if (!hasSpoken) {
          disarm();
          disarm = clock.after(STREAM_MAX_MS, () => cut.abort());
          tell(target.key, self, "connected");
        }
        hasSpoken = true;
        self.heard = { status: said.status, atMs: clock.nowMs() };
        loop.learn(sightingOf(target, said, { atMs: clock.nowMs(), loop }));
      },
    });
    disarm();
    return { end, hasSpoken };
  }

  /** Once a change: a stream that ends and is there again at once, as every Watch of another Rollcall, is none. */
  function tell(target: string, self: Followed, state: WatchLog["state"]): void {
    if (self.told !== state) log({ event: "watch", target, state });
    self.told = state;
  }

  return {
    async follow(targets, loop, stop) {
      const watched = targets.filter(({ upstream }) => upstream.isWatched === true);
      await Promise.all(watched.map((target) => followOne(target, loop, stop)));
      followed.clear();
    },
    heed(check) {
      const self = followed.get(check.targetKey);
      if (self === undefined) return true;
      if (isOvertaken(check, self.heard)) return false;
      if (check.observation.kind === "failed" && !ANSWERED.includes(check.observation.failure)) self.cut.abort();
      return true;
    },
  };
}

/** What is known of one followed target. */
interface Followed {
  heard: Heard | undefined;
  /** Ends the stream under way. */
  cut: AbortController;
  /** Logged last. */
  told: WatchLog["state"] | undefined;
}

/** The last message of a target's streams. */
interface Heard {
  readonly status: ServingStatus;
  readonly atMs: number;
}

interface Following {
  readonly loop: FollowedLoop;
  readonly stop: AbortSignal;
}

/** Failures that somebody told, over a connection that works. */
const ANSWERED: readonly FailureKind[] = ["overloaded", "rpc_error"];

/** The message came between the question and its answer, and says otherwise. */
function isOvertaken({ observation, atMs }: Sighting, heard: Heard | undefined): boolean {
  if (heard === undefined || heard.atMs < atMs - observation.latencyMs || heard.atMs > atMs) return false;
  return observation.kind === "failed" || observation.status !== heard.status;
}

function sightingOf(
  { key, upstream }: Target,
  said: WatchedStatus,
  { atMs, loop }: { readonly atMs: number; readonly loop: FollowedLoop },
): Sighting {
  // Of a message that nobody asked for there is no latency; the last check's still tells how far away the upstream is.
  const known = loop.stateOf(key)?.observation;
  const observation = { ...said, latencyMs: known?.kind === "answered" ? known.latencyMs : 0 };
  const question = questionOf(upstream);
  return {
    targetKey: key,
    question,
    observation,
    attempts: [observation],
    isConfirmed: false,
    atMs,
    place: loop.place,
  };
}

/** Resolves when either signal aborts. */
function aborted(...signals: AbortSignal[]): Promise<void> {
  const either = AbortSignal.any(signals);
  return new Promise((resolve) => {
    if (either.aborted) return resolve();
    either.addEventListener("abort", () => resolve(), { once: true });
  });
}
