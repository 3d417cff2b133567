import type { Bare } from "./bare.ts";
import { say } from "./lines.ts";

const { isReadingBodies, body, headers }: Bare = JSON.parse(Deno.args[0] ?? "");
const init = { headers };

const answer = isReadingBodies
  ? async (request: Request) => {
    await request.arrayBuffer();
    return new Response(body, init);
  }
  : () => new Response(body, init);

const onListen = ({ port }: Deno.NetAddr) => say({ event: "listening", url: `http://127.0.0.1:${port}` });

Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, answer);
