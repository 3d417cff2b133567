import { Code, ConnectError } from "@connectrpc/connect";
import { MaintenanceService } from "../gen/rollcall/v1/maintenance_pb.ts";
import { RegistryService } from "../gen/rollcall/v1/registry_pb.ts";
import { StatusService } from "../gen/rollcall/v1/status_pb.ts";
import type { Role, Tokens } from "./role.ts";

/**
 * Why a caller may not call a service that writes; undefined when he may, and for every other service.
 *
 * Without its token configured a service is there and refuses everybody, so that whoever sets Rollcall up is told what is
 * missing instead of being sent away.
 */
export function accessProblem(service: string, role: Role, tokens: Tokens): ConnectError | undefined {
  const need = NEEDS.get(service);
  if (need === undefined) return undefined;
  const { variable, roles } = need;
  const isConfigured = [tokens.adminToken ?? "", need.otherToken(tokens) ?? ""].some((token) => token !== "");
  if (!isConfigured) {
    const fix = `set one there (on Workers: wrangler secret put ${variable})`;
    return new ConnectError(`Nobody may call this: the Rollcall has no ${variable}; ${fix}`, Code.FailedPrecondition);
  }
  if (roles.includes(role)) return undefined;
  const message = `This needs ${variable} as its bearer token`;
  if (role !== "stranger") {
    return new ConnectError(`${message}; the one given is for something else`, Code.PermissionDenied);
  }
  return new ConnectError(message, Code.Unauthenticated, { "www-authenticate": CHALLENGE });
}

/** RFC 6750 §3. */
const CHALLENGE = 'Bearer realm="rollcall"';

interface Need {
  readonly variable: string;
  readonly roles: readonly Role[];
  /** The token beside the admin's that opens it. */
  readonly otherToken: (tokens: Tokens) => string | undefined;
}

const ADMIN: Need = { variable: "ADMIN_TOKEN", roles: ["admin"], otherToken: () => undefined };
const PUSH: Need = { variable: "PUSH_TOKEN", roles: ["pusher", "admin"], otherToken: ({ pushToken }) => pushToken };

const NEEDS: ReadonlyMap<string, Need> = new Map([
  [RegistryService.typeName, ADMIN],
  [MaintenanceService.typeName, ADMIN],
  [StatusService.typeName, PUSH],
]);
