import { CliError } from "./cli-error.ts";
import { type Deployment, parseDeployment, UNREACHABLE_EXIT_CODE } from "./deployment.ts";
import type { Io } from "./io.ts";
import { REFUSED_EXIT_CODE } from "./rpc.ts";

/** Options of every command that writes to a deployment. */
export interface AuthorisedOptions {
  readonly to?: string | undefined;
  readonly token?: string | undefined;
}

/** What the help says of them. */
export const TO_HELP =
  "where the Rollcall answers; without a scheme https, and http on this machine; default: ROLLCALL_URL";
export const ADMIN_TOKEN_HELP = "ADMIN_TOKEN of the deployment; default: the variable ADMIN_TOKEN";
export const PUSH_TOKEN_HELP = "PUSH_TOKEN of the deployment, or ADMIN_TOKEN; default: the variables of these names";

/** Exit codes of every command that writes to a deployment, other than 0. */
export const AUTHORISED_EXIT_CODES = {
  [REFUSED_EXIT_CODE]: "the deployment refused it, and says why; nothing was changed, unless it was unavailable",
  2: "a wrong option or argument",
  [UNREACHABLE_EXIT_CODE]: "no Rollcall answers there, or it refuses the token",
} as const;

/** Variables that tokens come from; the admin's may do all that the pusher's may. */
const VARIABLES = { admin: ["ADMIN_TOKEN"], push: ["PUSH_TOKEN", "ADMIN_TOKEN"] } as const;

/** Read where to write, and by what right. Throws a CliError when there is no token. */
export function authorised(
  { to, token }: AuthorisedOptions,
  right: keyof typeof VARIABLES,
  io: Pick<Io, "env">,
): Deployment {
  const variables = VARIABLES[right];
  const deployment = parseDeployment({ url: to, token }, io, variables);
  if (deployment.token !== undefined) return deployment;
  throw new CliError(`Cannot ask ${deployment.url}: no token was given`, `set ${variables[0]}, or pass --token`);
}
