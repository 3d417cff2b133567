import { type FaultServer, refusedUrl, startFaultServer } from "../../support/fault-server.ts";
import { startTlsFaultServer, type TlsFaultServer } from "../../support/tls-fault-server.ts";
import type { Column } from "./columns.ts";
import type { Misfortune } from "./row.ts";

/** Where a misfortune happens. */
export interface Place {
  readonly url: string;
  /** Undefined where there is none. */
  readonly server?: FaultServer | TlsFaultServer;
}

/** Make it happen to whoever asks in the column's scheme. */
export async function startPlace(misfortune: Misfortune, { schemes: { plain, tls } }: Column): Promise<Place> {
  if (misfortune === "no such name") return { url: `${plain}://nowhere.invalid:80` };
  if (misfortune === "refused") return { url: `${plain}://${new URL(await refusedUrl()).host}` };
  if ("certificate" in misfortune) return at(tls, startTlsFaultServer(misfortune.certificate));
  if ("plaintext" in misfortune) return at(tls, await startFaultServer(misfortune.plaintext));
  return at(plain, await startFaultServer(misfortune));
}

function at(scheme: string, server: FaultServer | TlsFaultServer): Place {
  return { url: `${scheme}://127.0.0.1:${server.port}`, server };
}
