import { systemClock } from "../../src/clock.ts";
import type { Upstream } from "../../src/core/registry.ts";
import type { WatchedStatus } from "../../src/ports.ts";
import { createDenoNetwork } from "../../src/probe/network/deno.ts";
import { createWatcher } from "../../src/probe/watch.ts";
import { eventually } from "../support/eventually.ts";
import { targetOf } from "./target.ts";

/** Begin a stream by the real watcher of Deno, and keep what it says: each status, or why it is none, and the message. */
export function watching(upstream: Partial<Upstream>, service = "acme.Shop") {
  const stop = new AbortController();
  const said: string[] = [];
  const messages: (string | undefined)[] = [];
  const onStatus = ({ status, reason, message }: WatchedStatus) => {
    said.push(reason === undefined ? status : reason);
    messages.push(message);
  };
  const network = createDenoNetwork();
  const watcher = createWatcher({ clock: systemClock, network });
  const end = watcher.watch(targetOf(upstream, service), { signal: stop.signal, onStatus }).finally(network.close);
  const heard = (count: number) => eventually(() => said[count - 1], () => `it said ${JSON.stringify(said)}`);
  return { said, messages, end, heard, stop: () => stop.abort() };
}
