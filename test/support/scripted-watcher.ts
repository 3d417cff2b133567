import assert from "node:assert/strict";
import type { Clock, WatchedStatus, WatchEnd, Watcher } from "../../src/ports.ts";

/** A watcher whose streams a test speaks through. */
export interface ScriptedWatcher extends Watcher {
  /** When each stream of a target was begun, in milliseconds after the start of the test's clock. */
  begun(targetKey: string): readonly number[];
  isOpen(targetKey: string): boolean;
  /** Let the open stream of a target say something. */
  say(targetKey: string, said: WatchedStatus["status"] | WatchedStatus): void;
  /** End the open stream of a target. */
  end(targetKey: string, end?: WatchEnd): void;
}

/** Create a watcher whose streams open at once and are silent. */
export function createScriptedWatcher(clock: Clock): ScriptedWatcher {
  const startMs = clock.nowMs();
  const streams = new Map<string, { say(said: WatchedStatus): void; end(end: WatchEnd): void }>();
  const begun = new Map<string, number[]>();

  function streamOf(key: string) {
    const stream = streams.get(key);
    assert.ok(stream, `no stream of ${key} is open`);
    return stream;
  }

  return {
    watch({ key }, { signal, onStatus }) {
      assert.ok(!streams.has(key), `a second stream of ${key} was opened`);
      begun.set(key, [...begun.get(key) ?? [], clock.nowMs() - startMs]);
      const { promise, resolve } = Promise.withResolvers<WatchEnd>();
      const end = (how: WatchEnd) => {
        streams.delete(key);
        resolve(how);
      };
      streams.set(key, { say: onStatus, end });
      signal.addEventListener("abort", () => end("ended"), { once: true });
      return promise;
    },
    begun: (key) => begun.get(key) ?? [],
    isOpen: (key) => streams.has(key),
    say: (key, said) => streamOf(key).say(typeof said === "string" ? { kind: "answered", status: said } : said),
    end: (key, end = "ended") => streamOf(key).end(end),
  };
}
