import type { Load, Report } from "../../../src/core/report.ts";
import type { Tokens } from "../../../src/surface/role.ts";
import { addressesIn, leakIn, type Secret, SECRET_MIN_CHARS, secretValues } from "./secrets.ts";
import { textOf } from "./exchange.ts";

/** A load of which it is known what its reports hold. */
export interface Guarded {
  readonly load: Load;
  /** The answer, which breaks when it tells what is not for whoever asked. Throws when its head does. */
  listen(path: string, init: RequestInit | undefined, response: Response): Response;
}

/**
 * Guard surfaces that are asked without a network: what the reports hold of addresses and messages is the token's holder's,
 * and header values are nobody's.
 */
export function guarded(load: Load, { readToken = "", adminToken = "" }: Tokens): Guarded {
  // An empty token is none.
  const tokens = [readToken, adminToken].filter((token) => token !== "");
  const secrets = new Map<string, Secret>(
    tokens.map((text) => [text, { kind: "secret", what: "a token of the service", text }]),
  );
  return {
    async load(options) {
      const report = await load(options);
      for (const secret of secretsIn(report)) secrets.set(secret.text, secret);
      return report;
    },
    listen(path, init, response) {
      const given = new Headers(init?.headers).get("authorization");
      const isTrusted = tokens.some((token) => given === `Bearer ${token}`);
      const check = (text: string) => {
        const secret = leakIn(text, [...secrets.values()], isTrusted);
        const whom = isTrusted ? "the token's holder" : "a stranger";
        if (secret !== undefined) {
          throw new Error(`Cannot accept the answer to ${path}: it tells ${whom} ${secret.what}: ${text}`);
        }
      };
      check([...response.headers].map((field) => field.join(": ")).join("\n"));
      return response.body === null ? response : new Response(heard(response.body, check), response);
    },
  };
}

/** The same stream, read no earlier than its reader reads it. */
function heard(body: ReadableStream<Uint8Array>, check: (text: string) => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      chunks.push(value);
      check(textOf(chunks));
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

function secretsIn({ targets }: Report): readonly Secret[] {
  return targets.flatMap(({ target: { key, upstream }, state }) => [
    ...addressesIn(upstream.url, `the address of upstream ${upstream.name}`),
    ...Object.entries(upstream.headers)
      .flatMap(([header, value]) => secretValues(value, `header ${header} of upstream ${upstream.name}`)),
    ...messageOf(key, state?.observation.message),
  ]);
}

/** For a token's holder, as the address is. */
function messageOf(key: string, text = ""): readonly Secret[] {
  return text.length < SECRET_MIN_CHARS ? [] : [{ kind: "address", what: `a message of ${key}`, text }];
}
