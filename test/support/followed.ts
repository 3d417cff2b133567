import assert from "node:assert/strict";
import type { Registry } from "../../src/core/registry.ts";
import { scriptedProber, upstream } from "./fleet.ts";
import { createLoop, type LoopOptions } from "./loop.ts";
import { createScriptedWatcher } from "./scripted-watcher.ts";
import { createTestClock } from "./test-clock.ts";

/** One watched upstream, whose checks are far apart. */
export const WATCHED: Registry = { upstreams: [upstream("a", { isWatched: true, ttlMs: 600_000 })], groups: [] };

/** Its loop, followed; ends it after the test and sees that nothing is left. */
export async function followed(
  test: (loop: ReturnType<typeof watchedLoop>) => Promise<void>,
  options: Partial<LoopOptions> = {},
): Promise<void> {
  const loop = watchedLoop(options);
  const stop = new AbortController();
  const following = loop.follow(stop.signal);
  await loop.clock.advance(0);
  await test(loop);
  stop.abort();
  await loop.clock.until(following);
  await loop.rest();
  assert.ok(!loop.watcher.isOpen("a/"));
  assert.equal(loop.clock.sleepers(), 0);
}

function watchedLoop(options: Partial<LoopOptions>) {
  const clock = createTestClock();
  const watcher = createScriptedWatcher(clock);
  const prober = scriptedProber();
  const loop = createLoop({ registry: WATCHED, prober, clock, watcher, ...options });
  return { ...loop, watcher, prober };
}
