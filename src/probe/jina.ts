import type { JinaKind } from "../core/registry.ts";
import { askGrpc } from "./grpc.ts";
import { DRY_RUN } from "./jina/dry-run.ts";
import { askDryRun, askRoot } from "./jina/http.ts";
import { askDryRunOverWebSocket } from "./jina/websocket.ts";
import type { Way } from "./way.ts";

/** Ask a Jina upstream: a Flow for a dry run, an Executor for its own health. In a negotiation it is taken for a Flow. */
export const askJina: Way = (asking, method) => {
  const { url, kind = "flow" } = asking.target.upstream;
  return wayOver(new URL(url).protocol, kind)(asking, method);
};

function wayOver(scheme: string, kind: JinaKind): Way {
  if (/^wss?:$/.test(scheme)) return askDryRunOverWebSocket;
  if (/^https?:$/.test(scheme)) return kind === "flow" ? askDryRun : askRoot;
  return kind === "flow" ? (asking) => askGrpc(asking, DRY_RUN) : askGrpc;
}
