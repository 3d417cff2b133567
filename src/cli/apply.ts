import { toJson } from "@bufbuild/protobuf";
import { type PreviewResponse, PreviewResponseSchema, RegistryService } from "../gen/rollcall/v1/registry_pb.ts";
import { type Candidate, candidateOf } from "./apply/candidate.ts";
import { changeView, isChange } from "./apply/change-view.ts";
import { ADMIN_TOKEN_HELP, authorised, AUTHORISED_EXIT_CODES, type AuthorisedOptions, TO_HELP } from "./authorised.ts";
import { CliError } from "./cli-error.ts";
import { createPaint } from "./color.ts";
import type { CliCommand } from "./command.ts";
import type { Deployment } from "./deployment.ts";
import type { Io } from "./io.ts";
import { tellProblems } from "./registry/problems.ts";
import { readRegistrySource } from "./registry/source.ts";
import { tellWarnings } from "./registry/warnings.ts";
import { callRpc, REFUSED_EXIT_CODE, RefusedCall } from "./rpc.ts";

/** Exit code when the registry in force is not the one that the change was made for. */
const OVERTAKEN_EXIT_CODE = 3;

/** `rollcall apply`: put a registry file in the place of what was written before. */
export const apply: CliCommand = {
  name: "apply",
  summary: "Put a registry file in force at a deployed Rollcall, without a deploy; first show what it changes.",
  examples: [
    ["rollcall apply fleet.toml --to health.example.com", "the difference and its live verdict, then a question"],
    ["rollcall apply fleet.toml --dry-run", "the same, and nothing more"],
    ["rollcall apply fleet.toml --yes --json", "for CI: no question, one JSON document"],
  ],
  exitCodes: {
    0: "it is in force, or was already; with --dry-run, it could be",
    ...AUTHORISED_EXIT_CODES,
    [REFUSED_EXIT_CODE]: "the deployment refused it, or you did; nothing was changed, unless it was unavailable",
    2: "the file cannot be read or is wrong, nobody to ask, a wrong option or argument",
    [OVERTAKEN_EXIT_CODE]: "somebody else applied meanwhile; nothing was changed",
  },
  define: (command, run) =>
    command
      .argument("<file>", "registry in TOML or JSON, or what rollcall registry --json saved")
      .option("--yes", "do not ask")
      .option("--dry-run", "show what it changes, and change nothing")
      .option("--json", "print what happened as a JSON document")
      .option("--to <url>", TO_HELP)
      .option("--token <token>", ADMIN_TOKEN_HELP)
      .action((file, options) => run((io) => applyFile(file, options, io))),
};

interface ApplyOptions extends AuthorisedOptions {
  readonly yes?: true | undefined;
  readonly dryRun?: true | undefined;
  readonly json?: true | undefined;
}

async function applyFile(path: string, options: ApplyOptions, io: Io): Promise<number> {
  const candidate = candidateOf(await readRegistrySource(path));
  if (candidate.problems.length > 0) return tellProblems(candidate.problems, path, io);
  checkSomebodyAsked(options, io);
  const where = { deployment: authorised(options, "admin", io), io };
  const { version } = await callRpc(RegistryService.method.getRegistry, {}, where);
  const preview = await callRpc(RegistryService.method.preview, { registry: candidate.registry }, where);
  const change = { candidate, preview, version };
  const tell = options.json ? tellJson : tellView;
  tellWarnings(preview.warnings, io);
  if (!options.json) io.stdout.write(changeView(preview, createPaint(io.stdout, io)));
  if (!isChange(preview.diff) || options.dryRun) return tell({ ...change, applied: undefined }, io);
  checkNotOvertaken(path, candidate, version);
  if (!options.yes && !await isWanted(where.deployment, version, io)) {
    throw new CliError("not applied: you did not say yes", "", REFUSED_EXIT_CODE);
  }
  return tell({ ...change, applied: await put(change, where) }, io);
}

/** Else the question would come after the probing, to nobody. */
function checkSomebodyAsked({ yes, dryRun }: ApplyOptions, { stdin }: Io): void {
  if (stdin.isTerminal || yes || dryRun) return;
  throw new CliError("Cannot ask whether to apply: this is no terminal", "add --yes, or --dry-run to look only");
}

/** A file that was saved from the registry in force holds no more than what that was then. */
function checkNotOvertaken(path: string, { savedVersion }: Candidate, version: number): void {
  if (savedVersion === undefined || savedVersion === version) return;
  throw new CliError(
    `${path} was saved from version ${savedVersion}, and version ${version} is in force`,
    'save and edit it anew, or remove its "version" to undo what was applied since',
    OVERTAKEN_EXIT_CODE,
  );
}

async function isWanted({ url }: Deployment, version: number, { stdin, stderr, stop }: Io): Promise<boolean> {
  const place = version === 0 ? "" : ` in the place of version ${version}`;
  stderr.write(`Apply it to ${url}${place}? [y/N] `);
  const stopped = new Promise<undefined>((resolve) => stop.addEventListener("abort", () => resolve(undefined)));
  return /^y(es)?$/i.test((await Promise.race([stdin.readLine(), stopped]) ?? "").trim());
}

interface Change {
  readonly candidate: Candidate;
  readonly preview: PreviewResponse;
  /** Of the registry in force when it was looked at. */
  readonly version: number;
}

/** Apply it; gives its version. */
async function put(
  { candidate: { registry }, version }: Change,
  where: Parameters<typeof callRpc>[2],
): Promise<number> {
  try {
    return (await callRpc(RegistryService.method.applyRegistry, { registry, expectedVersion: version }, where)).version;
  } catch (error) {
    if (!(error instanceof RefusedCall) || error.code !== "aborted") throw error;
    const fix = "nothing was changed; run it again to see what it would change now";
    throw new CliError(`somebody else applied a registry meanwhile: ${error.message}`, fix, OVERTAKEN_EXIT_CODE);
  }
}

interface Outcome extends Change {
  /** The version in force from now on; undefined when nothing was applied. */
  readonly applied: number | undefined;
}

function tellView({ applied, version, preview }: Outcome, { stdout }: Io): number {
  const text = applied === undefined
    ? `${isChange(preview.diff) ? "not applied" : "in force already"}: version ${version}`
    : `applied: version ${applied}`;
  stdout.write(`\n${text}\n`);
  return 0;
}

function tellJson({ applied, version, preview }: Outcome, { stdout }: Io): number {
  const json = toJson(PreviewResponseSchema, preview, { alwaysEmitImplicit: true });
  const document = { applied: applied !== undefined, version: applied ?? version, preview: json };
  stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  return 0;
}
