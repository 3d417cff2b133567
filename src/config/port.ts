import { endpointOf } from "../core/endpoint.ts";
import { type Field, refuse } from "./field.ts";
import { isPlaintextGrpc, type Manner } from "./manner.ts";

/** Note a port that the platform does not let us ask: its refusal would pass for the upstream's. */
export function checkPort(field: Field, url: string, manner: Manner): void {
  const { port } = endpointOf(url);
  const shown = { ...field, value: `:${port}` };
  if (manner.platform === "workers" && port === SMTP && isPlaintextGrpc(manner) === true) {
    refuse(shown, "a Worker opens no connection to port 25", "use another port, or reach it by via");
  }
  if (manner.platform === "deno" && isFetched(manner) && BLOCKED_BY_FETCH.has(port)) {
    refuse(shown, `fetch asks nothing at port ${port}, as in browsers`, "use another port, or protocol grpc");
  }
}

/** https://developers.cloudflare.com/workers/runtime-apis/tcp-sockets/#considerations */
const SMTP = 25;

/** https://fetch.spec.whatwg.org/#port-blocking, as Deno 2.9.6 does; workerd does not. */
// deno-fmt-ignore
const BLOCKED_BY_FETCH: ReadonlySet<number> = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111,
  113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548,
  554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566,
  6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/** Whether a Deno process asks it by `fetch`, and not over a connection of its own; `auto` begins with the former. */
function isFetched({ scheme, protocol }: Manner): boolean {
  return (scheme === "http" || scheme === "https") && protocol !== "grpc";
}
