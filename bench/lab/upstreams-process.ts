import { startUpstream } from "../../test/support/upstream.ts";
import { messages, say } from "./lines.ts";

/** Run a health server for each port given (0 is any free one), and say on request how many Checks they received. */
const upstreams = await Promise.all(Deno.args.map((port) => startUpstream({ port: Number(port) })));
say({ ports: upstreams.map(({ port }) => port) });
for await (const _ of messages()) say({ checks: upstreams.reduce((sum, upstream) => sum + upstream.requests(), 0) });
Deno.exit(0);
