import { timestampMs } from "@bufbuild/protobuf/wkt";
import { StatusService } from "../gen/rollcall/v1/status_pb.ts";
import { authorised, AUTHORISED_EXIT_CODES, type AuthorisedOptions, PUSH_TOKEN_HELP, TO_HELP } from "./authorised.ts";
import { CliError } from "./cli-error.ts";
import { createPaint } from "./color.ts";
import type { CliCommand } from "./command.ts";
import type { Deployment } from "./deployment.ts";
import { sayDuration } from "./duration.ts";
import type { Io } from "./io.ts";
import { readDuration, readTtl } from "./read-time.ts";
import { tellWarnings } from "./registry/warnings.ts";
import { callRpc } from "./rpc.ts";
import { paintStatus, sayTime, statusName } from "./told-status.ts";

/** `rollcall heartbeat`: let what was told of an upstream hold on. */
export const heartbeat: CliCommand = {
  name: "heartbeat",
  summary: "Let the status told last of a push upstream hold for another while; where none was, tell SERVING.",
  examples: [
    [
      "rollcall heartbeat nightly-backup --ttl 24h",
      "at the end of a job that sets no status; UNKNOWN a day after the last one",
    ],
    ["rollcall heartbeat batch --ttl 60s --every 15s &", "beside a process, and ended with it; two beats may be lost"],
  ],
  exitCodes: { 0: "the deployment has it; with --every, Ctrl-C", ...AUTHORISED_EXIT_CODES },
  define: (command, run) =>
    command
      .argument("<name>", "an upstream whose protocol is push, or <upstream>/<service>")
      .option("--ttl <time>", "how long it holds, 1s to 24h; default: the upstream's ttlMs", readTtl)
      .option(
        "--every <time>",
        "again and again until Ctrl-C, whatever happens to the deployment meanwhile",
        readDuration,
      )
      .option("--to <url>", TO_HELP)
      .option("--token <token>", PUSH_TOKEN_HELP)
      .action((name, options) => run((io) => beat({ name, ...options }, io))),
};

interface HeartbeatOptions extends AuthorisedOptions {
  readonly name: string;
  readonly ttl?: number | undefined;
  readonly every?: number | undefined;
}

async function beat({ name, ttl: ttlMs = 0, every: everyMs, ...where }: HeartbeatOptions, io: Io): Promise<number> {
  const deployment = authorised(where, "push", io);
  if (everyMs !== undefined && ttlMs > 0 && everyMs >= ttlMs) {
    throw new CliError(
      "Cannot keep a status: each beat comes after the last one has lapsed",
      "make --every shorter than --ttl",
    );
  }
  const first = await beatOnce({ name, ttlMs, deployment }, io);
  const paint = createPaint(io.stdout, io);
  const rest = everyMs === undefined ? "" : `, and on: a beat every ${sayDuration(everyMs)}`;
  io.stdout.write(`${name} is ${paintStatus(first.status, paint)} until ${first.until}${rest}\n`);
  tellWarnings(lapses(first, everyMs, io), io);
  if (everyMs !== undefined) await goOn({ name, ttlMs, deployment }, { everyMs, status: first.status }, io);
  return 0;
}

interface Beat {
  readonly name: string;
  readonly ttlMs: number;
  readonly deployment: Deployment;
}

interface Beaten {
  readonly status: string;
  readonly until: string;
  readonly untilMs: number;
}

async function beatOnce({ deployment, ...beat }: Beat, io: Io): Promise<Beaten> {
  const { status, expiresAt } = await callRpc(StatusService.method.heartbeat, beat, { deployment, io });
  const untilMs = expiresAt === undefined ? Infinity : timestampMs(expiresAt);
  return { status: statusName(status), until: sayTime(expiresAt), untilMs };
}

/** The upstream's own ttlMs is known by the answer only; by this machine's clock, so no more than a warning. */
function lapses({ untilMs }: Beaten, everyMs = 0, { clock }: Io): readonly string[] {
  const holdsMs = untilMs - clock.nowMs();
  if (everyMs < holdsMs || everyMs === 0) return [];
  const state = `it holds for ${sayDuration(holdsMs)} only, and the next beat comes after ${sayDuration(everyMs)}`;
  return [`${state}; pass --ttl, or a shorter --every`];
}

/** Until Ctrl-C; a line for each change of what is told, and of what goes wrong. */
async function goOn(
  beat: Beat,
  { everyMs, status }: { readonly everyMs: number; readonly status: string },
  io: Io,
): Promise<void> {
  let told = status;
  let trouble = "";
  for (;;) {
    await io.clock.sleep(everyMs, io.stop);
    if (io.stop.aborted) return;
    const seen = await beatOnce(beat, io).catch((error: unknown) => {
      if (error instanceof CliError) return error;
      throw error;
    });
    if (io.stop.aborted) return;
    if (seen instanceof CliError) {
      if (seen.message !== trouble) io.stderr.write(`error: ${seen.message}\n`);
      trouble = seen.message;
      continue;
    }
    if (trouble !== "" || seen.status !== told) {
      io.stdout.write(`${beat.name} is ${paintStatus(seen.status, createPaint(io.stdout, io))} until ${seen.until}\n`);
    }
    told = seen.status;
    trouble = "";
  }
}
