import type { StartRollcall } from "../support/rollcall.ts";
import { bootSuite } from "./suite/boot.ts";
import { clientSuite } from "./suite/client.ts";
import { clientsSuite } from "./suite/clients.ts";
import { faultsSuite } from "./suite/faults.ts";
import { groupsSuite } from "./suite/groups.ts";
import { httpSuite } from "./suite/http.ts";
import { malformedSuite } from "./suite/malformed.ts";
import { observerSuite } from "./suite/observer.ts";
import { protocolsSuite } from "./suite/protocols.ts";
import { readersSuite } from "./suite/readers.ts";
import { registryCrashSuite } from "./suite/registry-crash.ts";
import { registryRaceSuite } from "./suite/registry-race.ts";
import { registrySuite } from "./suite/registry.ts";
import { rpcSuite } from "./suite/rpc.ts";
import { storeSuite } from "./suite/store.ts";
import { toldSuite } from "./suite/told.ts";
import { tokenSuite } from "./suite/token.ts";
import { watchSuite } from "./suite/watch.ts";
import { websocketSuite } from "./suite/websocket.ts";

/** What every platform must do alike: each test starts a Rollcall there, and knows it by its url and its log alone. */
export function runtimeSuite(platform: string, start: StartRollcall): void {
  httpSuite(platform, start);
  tokenSuite(platform, start);
  malformedSuite(platform, start);
  rpcSuite(platform, start);
  watchSuite(platform, start);
  websocketSuite(platform, start);
  faultsSuite(platform, start);
  protocolsSuite(platform, start);
  readersSuite(platform, start);
  storeSuite(platform, start);
  bootSuite(platform, start);
  groupsSuite(platform, start);
  observerSuite(platform, start);
  clientsSuite(platform, start);
  clientSuite(platform, start);
  toldSuite(platform, start);
  registrySuite(platform, start);
  registryRaceSuite(platform, start);
  registryCrashSuite(platform, start);
}
