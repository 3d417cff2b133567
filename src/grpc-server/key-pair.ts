import { createPrivateKey, X509Certificate } from "node:crypto";

/** A certificate chain, the server's own first, and its private key; PEM texts. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Throws unless the key is the certificate's: TLS itself would say so to each caller, and to nobody at boot. */
export function checkKeyPair({ cert, key }: KeyPair): void {
  const certificate = parsed("TLS_CERT", "a PEM certificate", () => new X509Certificate(cert));
  const privateKey = parsed("TLS_KEY", "a PEM private key without a passphrase", () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error("TLS_KEY is not the key of TLS_CERT's first certificate");
  }
}

/** What a parser says of a key is not passed on. */
function parsed<T>(variable: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw new Error(`${variable} is no file of ${what}`);
  }
}
