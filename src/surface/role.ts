import { createTokenCheck } from "./token.ts";

/** Who a caller is by its token: a reader sees detail, a pusher tells statuses, an admin may do both and change the fleet. */
export type Role = "stranger" | "reader" | "pusher" | "admin";

/** The bearer tokens there are; undefined or empty where none is configured. */
export interface Tokens {
  /** Unlocks detail. */
  readonly readToken: string | undefined;
  /** Lets statuses be told. */
  readonly pushToken?: string | undefined;
  /** Lets the fleet be changed, and is good wherever another is. */
  readonly adminToken?: string | undefined;
}

/**
 * Make the reader of bearer tokens; undefined when there is none to know.
 *
 * @returns Gives undefined for a token that is none of ours. Every token is compared whole, and with each of ours.
 */
export function createRoleReader(tokens: Tokens): ((token: string) => Role | undefined) | undefined {
  const { adminToken = "", readToken = "", pushToken = "" } = tokens;
  const secrets = ([["admin", adminToken], ["reader", readToken], ["pusher", pushToken]] as const)
    .filter(([, secret]) => secret !== "");
  if (secrets.length === 0) return undefined;
  const checks = secrets.map(([role, secret]) => ({ role, isRight: createTokenCheck(secret) }));
  return (token) => checks.filter(({ isRight }) => isRight(token))[0]?.role;
}
