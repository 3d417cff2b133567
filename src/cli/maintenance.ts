import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { MaintenanceService } from "../gen/rollcall/v1/maintenance_pb.ts";
import { ADMIN_TOKEN_HELP, authorised, AUTHORISED_EXIT_CODES, type AuthorisedOptions, TO_HELP } from "./authorised.ts";
import { CliError } from "./cli-error.ts";
import type { CliCommand } from "./command.ts";
import type { Io } from "./io.ts";
import { windowsDocument, windowsView } from "./maintenance/windows-view.ts";
import { readDuration, readTime } from "./read-time.ts";
import { callRpc, REFUSED_EXIT_CODE } from "./rpc.ts";
import { sayTime } from "./told-status.ts";

/** `rollcall maintenance`: leave an upstream or a group out of verdicts for a while. */
export const maintenance: CliCommand = {
  name: "maintenance",
  summary: "Leave an upstream, or a group with all its members, out of a deployed Rollcall's verdicts for a while.",
  examples: [
    ["rollcall maintenance", "windows in force and to come"],
    ['rollcall maintenance add payments --for 2h --reason "new disks"', "from now on"],
    [
      'rollcall maintenance add eu --from 2026-12-01T02:00Z --until 2026-12-01T04:00Z --reason "move"',
      "planned; without the Z it is this machine's time",
    ],
    ["rollcall maintenance end payments", "sooner than planned, or called off"],
  ],
  exitCodes: { 0: "done", ...AUTHORISED_EXIT_CODES },
  define: (command, run) => {
    command
      .command("list", { isDefault: true })
      .description("Windows in force and to come; what maintenance alone does.")
      .option("--json", "print them as a JSON document")
      .option("--to <url>", TO_HELP)
      .option("--token <token>", ADMIN_TOKEN_HELP)
      .action(({ json = false, ...where }) => run((io) => list(json ? "json" : "view", where, io)));
    command
      .command("add")
      .description("Begin a window, or plan one.")
      .argument("<name>", "an upstream or a group")
      .requiredOption("--reason <text>", "shown to everybody; 240 characters at most")
      .option("--for <time>", "how long it is, as 90s, 15m, 1h30m or 7d", readDuration)
      .option("--until <time>", "when it ends, as 2026-12-01T04:00Z", readTime)
      .option("--from <time>", "when it begins; default: now", readTime)
      .option("--to <url>", TO_HELP)
      .option("--token <token>", ADMIN_TOKEN_HELP)
      .action((name, options) => run((io) => add({ name, ...options }, io)));
    command
      .command("end")
      .description("End a window now, or call it off.")
      .argument("<window>", "its id, or its upstream or group, if that has no other window")
      .option("--to <url>", TO_HELP)
      .option("--token <token>", ADMIN_TOKEN_HELP)
      .action((window, where) => run((io) => end(window, where, io)));
  },
};

async function list(format: "json" | "view", where: AuthorisedOptions, io: Io): Promise<number> {
  const deployment = authorised(where, "admin", io);
  const { windows } = await callRpc(MaintenanceService.method.listMaintenance, {}, { deployment, io });
  io.stdout.write(format === "json" ? windowsDocument(windows) : windowsView(windows, io));
  return 0;
}

interface AddOptions extends AuthorisedOptions {
  readonly name: string;
  readonly reason: string;
  readonly for?: number | undefined;
  readonly until?: Date | undefined;
  readonly from?: Date | undefined;
}

async function add({ name, reason, from, ...options }: AddOptions, io: Io): Promise<number> {
  const until = endOf({ from, ...options }, io);
  const deployment = authorised(options, "admin", io);
  const asked = { name, reason, until: timestampFromDate(until), ...(from && { from: timestampFromDate(from) }) };
  const { window } = await callRpc(MaintenanceService.method.scheduleMaintenance, asked, { deployment, io });
  const span = `from ${sayTime(window?.from)} until ${sayTime(window?.until)}`;
  io.stdout.write(`${name} is in maintenance ${span}\n`);
  return 0;
}

function endOf({ for: lengthMs, until, from }: Pick<AddOptions, "for" | "until" | "from">, { clock }: Io): Date {
  if (until !== undefined && lengthMs === undefined) return until;
  if (until === undefined && lengthMs !== undefined) {
    // Nobody means a fraction of a second.
    return new Date(Math.ceil(((from?.getTime() ?? clock.nowMs()) + lengthMs) / 1_000) * 1_000);
  }
  const state = until === undefined ? "nothing tells when it ends" : "both --for and --until tell when it ends";
  throw new CliError(`Cannot add a window: ${state}`, "give --for or --until");
}

async function end(idOrName: string, where: AuthorisedOptions, io: Io): Promise<number> {
  const deployment = authorised(where, "admin", io);
  const { windows } = await callRpc(MaintenanceService.method.listMaintenance, {}, { deployment, io });
  const [meant, another] = windows.filter(({ id, name }) => id === idOrName || name === idOrName);
  if (another !== undefined) {
    const state = `${JSON.stringify(idOrName)} has several windows`;
    throw new CliError(
      `Cannot end maintenance: ${state}`,
      "tell one by its id, as rollcall maintenance lists it",
      REFUSED_EXIT_CODE,
    );
  }
  // What is not there, the deployment says in its own words.
  await callRpc(MaintenanceService.method.endMaintenance, { id: meant?.id ?? idOrName }, { deployment, io });
  io.stdout.write(`the maintenance of ${meant?.name ?? idOrName} has ended\n`);
  return 0;
}
