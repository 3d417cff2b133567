import { CliError } from "../cli-error.ts";

/** Flags as Go's `flag` package knows them: true for those that stand alone. */
export type GoFlags = Readonly<Record<string, boolean>>;

/**
 * Bring flags written as Go has them (`-addr x`, `-addr=x`, `--addr x`, `-tls=false`) into the form of all our commands. What is no
 * such flag is left for the commands' own complaint.
 *
 * @throws CliError when a flag that stands alone is given a value that is no boolean.
 */
export function rewriteGoFlags(args: readonly string[], flags: GoFlags): readonly string[] {
  const rewritten: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "--") return [...rewritten, ...args.slice(at)];
    const [, name = "", value] = /^--?([a-z][a-z-]*)(?:=(.*))?$/s.exec(arg) ?? [];
    const isAlone = Object.hasOwn(flags, name) ? flags[name] : undefined;
    // Told with two dashes what it may have been meant for.
    if (isAlone === undefined) rewritten.push(/^-[a-z]{2}/.test(arg) ? `-${arg}` : arg);
    else if (isAlone) rewritten.push(...(readBoolean(name, value) ? [optionOf(name)] : []));
    else {
      // The value may begin with a dash.
      const next = value ?? args[++at];
      rewritten.push(...(next === undefined ? [optionOf(name)] : [`${optionOf(name)}=${next}`]));
    }
  }
  return rewritten;
}

function optionOf(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

/** As Go's `strconv.ParseBool`. */
function readBoolean(name: string, value: string | undefined): boolean {
  if (value === undefined || /^(?:1|t|T|TRUE|true|True)$/.test(value)) return true;
  if (/^(?:0|f|F|FALSE|false|False)$/.test(value)) return false;
  throw new CliError(
    `invalid boolean value ${JSON.stringify(value)} for -${name}`,
    `write -${name} alone, or -${name}=false`,
  );
}
