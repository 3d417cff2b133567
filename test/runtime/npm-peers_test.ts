import { NPM_PEERS } from "../interop/peers.ts";
import { interopSuite } from "../interop/suite.ts";

interopSuite(NPM_PEERS);
