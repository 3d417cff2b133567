/** A certificate and its private key, in PEM form. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/**
 * A server's certificate, all signed by {@link CA}: `good` is for localhost and 127.0.0.1 until 2120, `wrong-name` for
 * elsewhere.example, `expired` for localhost and 127.0.0.1 until 2021.
 */
export type ServerCertificate = "good" | "wrong-name" | "expired";

/** The authority that signed every {@link ServerCertificate}, in PEM form; made by `tls/make.sh`. */
export const CA: string = pem("ca");

/** The authority that signed {@link CLIENT}, and no server; in PEM form. */
export const CLIENT_CA: string = pem("client-ca");

/** What a client shows to a server that trusts {@link CLIENT_CA} (mTLS). */
export const CLIENT: KeyPair = keyPair("client");

/** A server's certificate and key. */
export function serverKeyPair(certificate: ServerCertificate): KeyPair {
  return keyPair(certificate);
}

function keyPair(name: string): KeyPair {
  return { cert: pem(name), key: pem(`${name}.key`) };
}

function pem(name: string): string {
  return Deno.readTextFileSync(new URL(`tls/${name}.pem`, import.meta.url));
}
