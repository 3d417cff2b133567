import { Command, CommanderError } from "@commander-js/extra-typings";
import { CliError } from "./cli-error.ts";
import { type CliCommand, USAGE_EXIT_CODE } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import type { Io } from "./io.ts";
import { VERSION } from "../core/version.ts";

/**
 * Run `rollcall` with these arguments. Never rejects for what the user wrote or a server did.
 *
 * @returns The exit code.
 */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  const asked = COMMANDS.find(({ name }) => name === args[0]);
  const usageExitCode = asked?.usageExitCode ?? USAGE_EXIT_CODE;
  let exitCode: number = usageExitCode;
  const program = createProgram(io);
  for (const command of COMMANDS) {
    add(program, command, async (body) => {
      exitCode = await body(io);
    });
  }
  try {
    const rewritten = asked?.rewrite === undefined ? args : [asked.name, ...asked.rewrite(args.slice(1))];
    await program.parseAsync([...rewritten], { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has told already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageExitCode;
    if (!(error instanceof CliError)) throw error;
    io.stderr.write(`error: ${error.message}\n`);
    return error.exitCode ?? usageExitCode;
  }
}

function createProgram({ stdout, stderr }: Io): Command {
  return new Command("rollcall")
    .description("Ask servers for their health, and Rollcall for that of a whole fleet.")
    .version(VERSION, "-V, --version")
    .helpOption("-h, --help", "say how it is used")
    .helpCommand("help [command]", "say how a command is used")
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns,
      getErrHelpWidth: () => stderr.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: (text, write) => write(restyled(text)),
    })
    .exitOverride();
}

function add(
  program: Command,
  { name, summary, examples, exitCodes, define }: CliCommand,
  run: Parameters<CliCommand["define"]>[1],
): void {
  const command = program.command(name).description(summary);
  const lines = examples.map(([line, purpose]) => `  ${line}\n      ${purpose}`);
  const codes = Object.entries(exitCodes).map(([code, meaning]) => `  ${code}  ${meaning}`);
  // After that of its subcommands too, which have none of their own.
  command.addHelpText("afterAll", `\nExamples:\n${lines.join("\n")}\n\nExit codes:\n${codes.join("\n")}`);
  define(command, run);
}

/** Commander's complaints as one line that ends with the fix. */
function restyled(text: string): string {
  const line = text.trim()
    .replace(/\n?\(Did you mean (.*)\?\)/s, "; did you mean $1?")
    .replace(/(is invalid[^.]*)\. (.*?)\.?$/s, "$1; $2")
    .replace("; Allowed choices", "; allowed choices")
    .replace(/\. Expected \d+ arguments? but got \d+: (.*)\.$/s, ": $1");
  return `${line.includes("; ") ? line : `${line}; --help tells how it is used`}\n`;
}
