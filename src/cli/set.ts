import { Argument } from "@commander-js/extra-typings";
import { HealthCheckResponse_ServingStatus } from "../gen/grpc/health/v1/health_pb.ts";
import { StatusService } from "../gen/rollcall/v1/status_pb.ts";
import { authorised, AUTHORISED_EXIT_CODES, type AuthorisedOptions, PUSH_TOKEN_HELP, TO_HELP } from "./authorised.ts";
import { createPaint } from "./color.ts";
import type { CliCommand } from "./command.ts";
import type { Io } from "./io.ts";
import { readTtl } from "./read-time.ts";
import { callRpc } from "./rpc.ts";
import { paintStatus, sayTime } from "./told-status.ts";

const STATUSES = ["SERVING", "NOT_SERVING", "UNKNOWN"] as const;

/** `rollcall set`: tell a deployment the status of an upstream that is not asked. */
export const set: CliCommand = {
  name: "set",
  summary: "Tell a deployed Rollcall the status of a push upstream, or of one of its services.",
  examples: [
    ["rollcall set nightly-backup SERVING --ttl 24h", "until a day has passed without a word, then UNKNOWN"],
    ['rollcall set batch/acme.Import NOT_SERVING --message "disk full"', "one service, and why"],
  ],
  exitCodes: { 0: "the deployment has it", ...AUTHORISED_EXIT_CODES },
  define: (command, run) =>
    command
      .argument("<name>", "an upstream whose protocol is push, or <upstream>/<service>")
      .addArgument(new Argument("<status>", "what it is").choices(STATUSES))
      .option("--message <text>", "why, for holders of a token; 240 characters at most")
      .option("--ttl <time>", "how long it holds, 1s to 24h; default: the upstream's ttlMs", readTtl)
      .option("--to <url>", TO_HELP)
      .option("--token <token>", PUSH_TOKEN_HELP)
      .action((name, status, options) => run((io) => setStatus({ name, status, ...options }, io))),
};

interface SetOptions extends AuthorisedOptions {
  readonly name: string;
  readonly status: (typeof STATUSES)[number];
  readonly message?: string | undefined;
  readonly ttl?: number | undefined;
}

async function setStatus(
  { name, status, message = "", ttl: ttlMs = 0, ...where }: SetOptions,
  io: Io,
): Promise<number> {
  const told = { name, status: HealthCheckResponse_ServingStatus[status], message, ttlMs };
  const deployment = authorised(where, "push", io);
  const { expiresAt } = await callRpc(StatusService.method.setStatus, told, { deployment, io });
  io.stdout.write(`${name} is ${paintStatus(status, createPaint(io.stdout, io))} until ${sayTime(expiresAt)}\n`);
  return 0;
}
