import type { HealthDocument } from "../core/health-document.ts";
import { CliError } from "./cli-error.ts";
import { createPaint } from "./color.ts";
import type { CliCommand } from "./command.ts";
import { type Deployment, fetchHealth, parseDeployment, UNREACHABLE_EXIT_CODE, URL_HELP } from "./deployment.ts";
import type { ServingStatus } from "../core/status.ts";
import { fleetView } from "./fleet/fleet-view.ts";
import type { Io } from "./io.ts";

/** `rollcall status`: a deployment's fleet, for people. */
export const status: CliCommand = {
  name: "status",
  summary: "Show the fleet that a deployed Rollcall watches.",
  examples: [
    ["rollcall status https://health.example.com", "every group and upstream, and who is to blame"],
    ["ROLLCALL_TOKEN=… rollcall status health.example.com --watch", "with latencies and messages, again every 2 s"],
    ["rollcall status localhost:8787 --json | jq .culprits", "the report as /health tells it"],
  ],
  exitCodes: {
    0: "the fleet is SERVING",
    1: "the fleet is NOT_SERVING",
    2: "a wrong option or argument",
    3: "the fleet is UNKNOWN",
    4: "no Rollcall answers there, or it refuses the token",
  },
  define: (command, run) =>
    command
      .argument("[url]", URL_HELP)
      .option("--watch", "show it again every 2 s until Ctrl-C, in place on a terminal")
      .option("--now", "have it probe again first; without a token at most once in 5 s")
      .option("--json", "print the report itself; one line each with --watch")
      .option("--token <token>", "READ_TOKEN of the deployment, which unlocks detail; default: ROLLCALL_TOKEN")
      .action((url, { watch = false, json = false, now = false, token }) =>
        run((io) => {
          const view = { format: json ? "json" : "view", how: now ? "forced" : "known" } as const;
          return (watch ? follow : showOnce)(parseDeployment({ url, token }, io), view, io);
        })
      ),
};

interface View {
  readonly format: "json" | "view";
  readonly how: "known" | "forced";
}

const VERDICT_EXIT_CODES = { SERVING: 0, NOT_SERVING: 1, UNKNOWN: 3 } as const satisfies Record<ServingStatus, number>;

const WATCH_EVERY_MS = 2_000;

async function showOnce(deployment: Deployment, { format, how }: View, io: Io): Promise<number> {
  const health = await fetchHealth(deployment, io, how);
  io.stdout.write(
    format === "json" ? `${JSON.stringify(health, null, 2)}\n` : fleetView(health, createPaint(io.stdout, io)),
  );
  return VERDICT_EXIT_CODES[health.servingStatus];
}

/** Until Ctrl-C; a deployment that does not answer for a while is no reason to stop. */
async function follow(deployment: Deployment, { format, how }: View, io: Io): Promise<number> {
  let exitCode = UNREACHABLE_EXIT_CODE;
  while (!io.stop.aborted) {
    const seen = await look(deployment, how, io);
    if (io.stop.aborted) break;
    exitCode = seen instanceof CliError ? UNREACHABLE_EXIT_CODE : VERDICT_EXIT_CODES[seen.servingStatus];
    show(seen, format, io);
    await io.clock.sleep(WATCH_EVERY_MS, io.stop);
  }
  return exitCode;
}

async function look(deployment: Deployment, how: View["how"], io: Io): Promise<HealthDocument | CliError> {
  try {
    return await fetchHealth(deployment, io, how);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}

function show(seen: HealthDocument | CliError, format: View["format"], { stdout, stderr, env }: Io): void {
  const isRedrawn = stdout.isTerminal && format === "view";
  if (isRedrawn) stdout.write(HOME_AND_CLEAR);
  if (seen instanceof CliError) return stderr.write(`error: ${seen.message}\n`);
  if (format === "json") return stdout.write(`${JSON.stringify(seen)}\n`);
  stdout.write(`${fleetView(seen, createPaint(stdout, { env }))}${isRedrawn ? "" : "\n"}`);
}

/** Cursor to the upper left, and erase from there: ECMA-48 §8.3.21 and §8.3.39. */
const HOME_AND_CLEAR = "\x1b[H\x1b[J";
