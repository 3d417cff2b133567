import type { ServerHttp2Session } from "node:http2";
import type { SurfaceSettings } from "../surface/settings.ts";

/** Between two pings of a connection, in milliseconds; one that is not answered by then has nobody at its other end. */
const PING_EVERY_MS = 60_000;

/**
 * Drop connections whose other end has gone without a word: a Watch on one would ask for nobody, for as long as it may.
 * Ends when `stop` aborts.
 */
export async function dropTheDead(
  sessions: ReadonlySet<ServerHttp2Session>,
  { sleep, stop }: { readonly sleep: SurfaceSettings["sleep"]; readonly stop: AbortSignal },
): Promise<void> {
  const silent = new WeakSet<ServerHttp2Session>();
  while (!stop.aborted) {
    await sleep(PING_EVERY_MS, stop);
    if (stop.aborted) return;
    for (const session of sessions) {
      if (silent.has(session)) {
        session.destroy();
      } else {
        silent.add(session);
        session.ping(() => silent.delete(session));
      }
    }
  }
}
