import { say } from "./lines.ts";

/** The least a server on Deno can do. */
const isReading = Deno.args[0] === "reads-body";

const onListen = ({ port }: Deno.NetAddr) => say({ event: "listening", url: `http://127.0.0.1:${port}` });

Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, async (request) => {
  if (isReading) await request.arrayBuffer();
  return new Response("{}");
});
