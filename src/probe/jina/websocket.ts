import { parseJson } from "../../wire/json.ts";
import { probeHeaders } from "../exchange.ts";
import type { FirstMessage } from "../network.ts";
import { httpVerdict, mismatch, type Verdict } from "../verdict.ts";
import type { Asking } from "../way.ts";
import { DRY_RUN, judgeJinaStatus, readJinaStatus } from "./dry-run.ts";

/**
 * Ask a gateway for a dry run over WebSocket. It begins by itself and sends one message, empty on success; where the
 * network failed it sends none and closes with 1011, the reason saying why.
 */
export async function askDryRunOverWebSocket(asking: Asking): Promise<Verdict> {
  const { network, target: { upstream }, signal } = asking;
  const headers = probeHeaders(asking, {});
  return judge(await network.firstMessage(upstream, { url: `${upstream.url}/dry_run`, headers, signal }));
}

function judge(first: FirstMessage): Verdict {
  switch (first.kind) {
    case "binary":
      return DRY_RUN.judge(first.bytes);
    case "text": {
      const status = readJinaStatus(parseJson(first.text));
      return status === undefined ? mismatch("message that is no dry run") : judgeJinaStatus(status);
    }
    case "closed":
      return judgeClose(first.code, first.reason);
    case "refused":
      return httpVerdict(first.httpStatus);
  }
}

/** RFC 6455 §7.4.1: the server met a condition that kept it from answering. */
const INTERNAL_ERROR = 1011;

function judgeClose(code: number, reason: string): Verdict {
  if (code === INTERNAL_ERROR && reason !== "") {
    return { kind: "answered", status: "NOT_SERVING", message: reason, isFramed: true };
  }
  const text = reason === "" ? "" : `: ${reason}`;
  return { kind: "failed", failure: "unavailable", message: `closed with ${code}${text}` };
}
