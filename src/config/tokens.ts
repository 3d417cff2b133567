import { type Field, refuse } from "./field.ts";
import { readText } from "./read.ts";

/** The bearer tokens of a deployment; undefined where one is not set or refused. */
export interface ConfigTokens {
  readonly readToken: string | undefined;
  readonly pushToken: string | undefined;
  readonly adminToken: string | undefined;
}

/** Read all of them. Two that are the same are a problem: whoever was given one would have what the other is for. */
export function readTokens(fieldOf: (name: string) => Field): ConfigTokens {
  const tokens = NAMES.map(fieldOf).map((field) => ({ field, token: readToken(field) }));
  tokens.forEach(({ field, token }, index) => {
    const twin = token === undefined ? undefined : tokens.slice(0, index).find((other) => other.token === token);
    if (twin !== undefined) refuse({ ...field, isSecret: true }, `the same as ${twin.field.path}`, "write another");
  });
  const [read, push, admin] = tokens.map(({ token }) => token);
  return { readToken: read, pushToken: push, adminToken: admin };
}

const NAMES = ["READ_TOKEN", "PUSH_TOKEN", "ADMIN_TOKEN"] as const;

/** Short enough to type, long enough that guessing it over the network is hopeless. */
const TOKEN_MIN_CHARS = 16;

function readToken(field: Field): string | undefined {
  const secret = { ...field, isSecret: true };
  const token = readText(secret);
  if (token === undefined) return undefined;
  if (!/^[\x21-\x7e]*$/.test(token)) return refuse(secret, "it has spaces or non-ASCII characters", "write neither");
  if (token.length >= TOKEN_MIN_CHARS) return token;
  return refuse(secret, "too short", `write at least ${TOKEN_MIN_CHARS} characters`);
}
