import type { Exchange } from "./exchange.ts";
import { addressesIn, leakIn, type Secret, secretsOf } from "./secrets.ts";

/** What a Rollcall under test must not say, and whether it did. */
export interface Leaks {
  /** Look at what it answered. */
  hear(exchange: Exchange): void;
  /** Look at all that it printed; throws when there, or in what was heard before, something was told to whom it is not for. */
  check(log: string): void;
}

/** Create it for the environment that the Rollcall gets. */
export function createLeaks(env: Readonly<Record<string, string>>): Leaks {
  const secrets: Secret[] = [...secretsOf(env)];
  // Who may tell statuses is not one of those who may see where upstreams are.
  const tokens = [env["READ_TOKEN"], env["ADMIN_TOKEN"]].filter((token) => token !== undefined && token !== "");
  const found: string[] = [];

  function hear({ request, answer }: Exchange): void {
    const isTrusted = isTrustedRequest(request, tokens);
    if (isTrusted) secrets.push(...registered(request));
    const secret = leakIn(answer, secrets, isTrusted);
    if (secret === undefined) return;
    const line = request.split("\r\n", 1)[0] ?? "";
    found.push(`${line} told ${isTrusted ? "a holder of a token" : "a stranger"} ${secret.what}, in:\n${answer}`);
  }

  return {
    hear,
    check(log) {
      for (const line of log.split("\n")) {
        const secret = leakIn(line, secrets, ADDRESSED.test(line));
        if (secret !== undefined) found.push(`the log told ${secret.what}, in: ${line}`);
      }
      if (found.length > 0) throw new Error(`Cannot accept what was said: ${found.join("\n")}`);
    },
  };
}

/** What an operator is told at boot: where each upstream is, and which field is wrong. */
const ADDRESSED = /^\{"event":"(?:listening|registry-error|boot-error)"/;

function isTrustedRequest(request: string, tokens: readonly (string | undefined)[]): boolean {
  const given = /^authorization: *bearer +(\S+)/im.exec(request)?.[1];
  return given !== undefined && tokens.includes(given);
}

/** Upstreams that were registered at run time. */
function registered(request: string): readonly Secret[] {
  const urls = request.match(/(?:https?|grpcs?|wss?):\/\/[\w.:[\]-]+/g) ?? [];
  return urls.flatMap((url) => addressesIn(url, `the address ${url}, written at run time`));
}
