import { once } from "node:events";
import type { Http2SecureServer, Http2Server } from "node:http2";
import { connect } from "node:net";
import type { SurfaceSettings } from "../surface/settings.ts";

/** Between two knocks, in milliseconds; half a minute without health checks is what they are set up to bear. */
const KNOCK_EVERY_MS = 10_000;

/** How long a knock waits to be heard, in milliseconds. */
const HEARD_WITHIN_MS = 5_000;

/**
 * Resolves with the reason when the server has stopped to accept connections, or when `stop` aborts.
 *
 * Once accepting has failed for want of file descriptors, `node:net` of Deno 2.9.6 accepts no more, and says nothing of it:
 * the port stays open and nobody answers. So it is knocked at, when nobody else does.
 */
export async function untilDeaf(
  server: Http2Server | Http2SecureServer,
  { host, port }: { readonly host: string; readonly port: number },
  { sleep, stop }: { readonly sleep: SurfaceSettings["sleep"]; readonly stop: AbortSignal },
): Promise<string | undefined> {
  let heard = 0;
  server.on("connection", () => heard++);
  while (!stop.aborted) {
    const before = heard;
    await sleep(KNOCK_EVERY_MS, stop);
    if (stop.aborted || heard > before) continue;
    const knock = connect({ host: WILDCARDS.get(host) ?? host, port });
    knock.on("error", () => {});
    const isThrough = await once(knock, "connect").then(() => true, () => false);
    if (isThrough && heard === before) await sleep(HEARD_WITHIN_MS, stop);
    knock.destroy();
    // Without a descriptor for the knock itself nothing is known.
    if (isThrough && heard === before && !stop.aborted) return `port ${port} accepts no connections any more`;
  }
  return undefined;
}

/** Where a server on every interface is at home. */
const WILDCARDS = new Map([["0.0.0.0", "127.0.0.1"], ["::", "::1"]]);
