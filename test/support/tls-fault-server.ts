import { type ServerCertificate, serverKeyPair } from "./tls.ts";

/** A TLS server that shows a certificate, and has no answer for whoever takes it. */
export interface TlsFaultServer extends AsyncDisposable {
  readonly port: number;
  connections(): number;
  openConnections(): number;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/** Start a TLS server on 127.0.0.1 at a free port; it offers ALPN `h2` and `http/1.1`. */
export function startTlsFaultServer(certificate: ServerCertificate): TlsFaultServer {
  const options = { hostname: "127.0.0.1", port: 0, alpnProtocols: ["h2", "http/1.1"] };
  const listener = Deno.listenTls({ ...options, ...serverKeyPair(certificate) });
  const open = new Set<Deno.TlsConn>();
  let connections = 0;
  const ended = accept();

  async function accept(): Promise<void> {
    const ends: Promise<void>[] = [];
    for await (const conn of listener) {
      connections++;
      open.add(conn);
      ends.push(readToEnd(conn));
    }
    await Promise.all(ends);
  }

  async function readToEnd(conn: Deno.TlsConn): Promise<void> {
    try {
      const buffer = new Uint8Array(1_024);
      while (await conn.read(buffer) !== null);
    } catch {
      // The peer did not like the certificate.
    }
    if (open.delete(conn)) conn.close();
  }

  async function close(): Promise<void> {
    listener.close();
    for (const conn of open) {
      open.delete(conn);
      conn.close();
    }
    await ended;
  }

  return {
    port: listener.addr.port,
    connections: () => connections,
    openConnections: () => open.size,
    close,
    [Symbol.asyncDispose]: close,
  };
}
