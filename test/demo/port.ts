/** Where the README and the guide say the demo answers. */
const DEFAULT_PORT = 8787;

/**
 * The port to answer on, free on 127.0.0.1 a moment ago.
 *
 * @param text PORT's value; `""` is {@link DEFAULT_PORT}, `0` any free one.
 * @throws In one line, when it is no port or taken.
 */
export function choosePort(text: string): number {
  const port = text === "" ? DEFAULT_PORT : Number(text);
  if (!/^\d*$/.test(text) || port > 65_535) {
    throw new Error(`Cannot use PORT ${JSON.stringify(text)}: write 0..65535, as in PORT=8788 deno task demo`);
  }
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw portTaken(port);
    throw new Error(`Cannot listen on 127.0.0.1:${port}: ${error instanceof Error ? error.message : error}`);
  }
  return port;
}

/** What to tell when another program listens on the port. */
export function portTaken(port: number): Error {
  const other = port === DEFAULT_PORT ? DEFAULT_PORT + 1 : DEFAULT_PORT;
  return new Error(`Port ${port} of 127.0.0.1 is taken: choose another, as in PORT=${other} deno task demo`);
}
