import type { FirstMessage } from "../../probe/network.ts";
import { decodeJinaStatus } from "../../wire/jina.ts";
import { isObject, parseJson } from "../../wire/json.ts";
import { wordsOf } from "../../wire/thrown-words.ts";
import { targetOf } from "../ask.ts";
import { REQUEST_MAX_MS } from "../deployment.ts";
import { fail, type Finding, pass, type Smoke } from "./finding.ts";

/** Check `WS /dry_run` in both subprotocols. */
export async function checkWebSockets(smoke: Smoke): Promise<readonly Finding[]> {
  return [await checkWebSocket(smoke, "bytes"), await checkWebSocket(smoke, "json")];
}

async function checkWebSocket(smoke: Smoke, subprotocol: "bytes" | "json"): Promise<Finding> {
  const name = `WebSocket /dry_run, ${subprotocol}`;
  const fix = "let proxies pass WebSockets on; on Cloudflare: Network, WebSockets, On";
  try {
    const first = await firstMessage(smoke, subprotocol);
    return isDryRun(first, subprotocol) ? pass(name, sayFirst(first)) : fail(name, sayFirst(first), fix);
  } catch (error) {
    return fail(name, wordsOf(error), fix);
  }
}

async function firstMessage({ deployment, io }: Smoke, subprotocol: string): Promise<FirstMessage> {
  const late = new AbortController();
  const disarm = io.clock.after(REQUEST_MAX_MS, () => late.abort(new Error(`no message within ${REQUEST_MAX_MS} ms`)));
  try {
    const url = `${deployment.url.replace(/^http/, "ws")}/dry_run`;
    const { upstream } = targetOf({ url, protocol: "jina" }, "");
    const headers = new Headers({ "sec-websocket-protocol": subprotocol });
    return await io.network.firstMessage(upstream, { url, headers, signal: AbortSignal.any([io.stop, late.signal]) });
  } finally {
    disarm();
  }
}

/** A serving fleet is a message, any other a close with the reason. */
function isDryRun(first: FirstMessage, subprotocol: "bytes" | "json"): boolean {
  if (first.kind === "closed") return first.code === 1011 && first.reason !== "";
  if (first.kind === "binary") return subprotocol === "bytes" && decodeJinaStatus(first.bytes) !== undefined;
  return first.kind === "text" && subprotocol === "json" && isObject(parseJson(first.text));
}

function sayFirst(first: FirstMessage): string {
  if (first.kind === "closed") return `close ${first.code} ${first.reason}`.trim();
  if (first.kind === "refused") return `HTTP ${first.httpStatus}, no upgrade`;
  return `a ${first.kind} message`;
}
