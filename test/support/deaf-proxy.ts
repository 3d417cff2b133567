/** A TCP proxy whose connections can die without a word, as behind a balancer or a NAT that forgot them. */
export interface DeafProxy extends AsyncDisposable {
  readonly port: number;
  /** From now on nothing passes over the connections there are; they stay open, and new ones work. */
  deafen(): void;
  /** How many connections were opened so far. */
  opened(): number;
}

/** Start one on 127.0.0.1, before the server at `port`. */
export function startDeafProxy(port: number): DeafProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const conns = new Set<Deno.Conn>();
  let living: Link = { isDeaf: false };
  let opened = 0;

  async function pass(from: Deno.Conn, to: Deno.Conn, link: Link): Promise<void> {
    const bytes = new Uint8Array(16_384);
    try {
      for (let read = await from.read(bytes); read !== null; read = await from.read(bytes)) {
        if (!link.isDeaf) await to.write(bytes.subarray(0, read));
      }
    } catch {
      // Reset, or closed at the end.
    }
    for (const conn of [from, to]) if (conns.delete(conn)) conn.close();
  }

  async function link(client: Deno.Conn): Promise<void> {
    opened++;
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    conns.add(client).add(server);
    await Promise.all([pass(client, server, living), pass(server, client, living)]);
  }

  async function accept(): Promise<void> {
    const links: Promise<void>[] = [];
    for await (const client of listener) links.push(link(client));
    await Promise.all(links);
  }

  const accepting = accept();
  return {
    port: listener.addr.port,
    deafen() {
      living.isDeaf = true;
      living = { isDeaf: false };
    },
    opened: () => opened,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of conns) if (conns.delete(conn)) conn.close();
      await accepting;
    },
  };
}

interface Link {
  isDeaf: boolean;
}
