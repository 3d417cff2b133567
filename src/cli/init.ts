import { addressProblem } from "../core/address.ts";
import { CliError } from "./cli-error.ts";
import { createPaint } from "./color.ts";
import type { CliCommand } from "./command.ts";
import { addition, registeredIn, type RegistryText } from "./init/add-upstreams.ts";
import { explore, type Found, type Lost } from "./init/explore.ts";
import { tomlOf, upstreamTable } from "./init/upstream-table.ts";
import type { Io } from "./io.ts";
import { singleLine } from "./table.ts";

/** `rollcall init`: from a list of addresses to a registry. */
export const init: CliCommand = {
  name: "init",
  summary: "Find out what servers speak and which services they have, and write their registry.",
  examples: [
    ["rollcall init checkout.example.com payments.example.com:50051", "print their [[vars.UPSTREAMS]] blocks"],
    ["rollcall init localhost:50051 https://shop.example.com --write wrangler.toml", "add them to a file"],
    ["rollcall init $(cat addresses.txt) > fleet.toml && rollcall probe fleet.toml", "a registry in a minute"],
  ],
  exitCodes: {
    0: "every address answers for its health",
    1: "an address does not; the others are written all the same",
    2: "the file cannot be read or written, a wrong option or argument",
  },
  define: (command, run) =>
    command
      .argument("<url...>", "host:port, or a URL; without a scheme each that fits is tried")
      .option("--write <file>", "add the blocks to this registry file or wrangler.toml, and leave out what it has")
      .action((addresses, { write }) => run((io) => initFleet(addresses, write, io))),
};

async function initFleet(addresses: readonly string[], path: string | undefined, io: Io): Promise<number> {
  const file = { path: path ?? "fleet.toml", text: path === undefined ? "" : await readOrNothing(path) };
  const { names, urls, header } = registeredIn(file);
  const explored = await Promise.all([...new Set(addresses)].map((address) => explore(address, io)));
  const taken = new Set(names);
  const blocks: string[] = [];
  for (const seen of explored) {
    tell(seen, io);
    if (seen.kind === "lost") continue;
    if (urls.has(seen.url)) {
      io.stderr.write(`${seen.address}: ${file.path} has it already\n`);
      continue;
    }
    const table = upstreamTable(seen, taken);
    taken.add(table.name);
    blocks.push(tomlOf(table, header, commentsOf(seen)));
  }
  if (path === undefined) io.stdout.write(blocks.join("\n"));
  else if (blocks.length > 0) await add(file, blocks, io);
  return explored.every(({ kind }) => kind === "found") ? 0 : 1;
}

async function readOrNothing(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw new CliError(`Cannot read ${JSON.stringify(path)}: ${error}`, "name a file, or a new one");
  }
}

async function add(file: RegistryText, blocks: readonly string[], { stderr }: Io): Promise<void> {
  const added = addition(file, blocks.join("\n"));
  try {
    // Appended: what is there stays to the byte, whatever became of it since it was read.
    await Deno.writeTextFile(file.path, added, { append: true });
  } catch (error) {
    throw new CliError(`Cannot write ${JSON.stringify(file.path)}: ${error}`, "name a file that can be written");
  }
  stderr.write(`${blocks.length} added to ${file.path}; rollcall probe ${file.path} asks them\n`);
}

/** One line for each address, and one for each URL that was tried in vain. */
function tell(seen: Found | Lost, { stderr, env }: Io): void {
  const paint = createPaint(stderr, { env });
  if (seen.kind === "found") {
    const { address, protocol, services, by, status } = seen;
    const names = services.length === 1 ? "1 name" : `${services.length} names`;
    stderr.write(`${paint("green", "found")} ${address}: ${protocol}, ${names} by ${by}, ${status} now\n`);
    return;
  }
  stderr.write(`${paint("red", "lost")} ${seen.address}: nothing there answers for its health\n`);
  for (const { url, seen: what } of seen.tried) stderr.write(`  ${singleLine(`${url}: ${what}`)}\n`);
}

/** What the reader of the registry should know. */
function commentsOf({ url, protocol, unknown }: Found): string[] {
  const problem = addressProblem(url);
  const nameless = unknown.map(singleLine).join(", ");
  return [
    problem === undefined ? "" : `${problem}: it needs ALLOW_PRIVATE_UPSTREAMS = true where Rollcall runs`,
    protocol === "http" ? "A page: it serves while it answers 2xx." : "",
    unknown.length === 0 ? "" : `Its health service does not know ${nameless}, which reflection tells.`,
  ].filter((text) => text !== "");
}
