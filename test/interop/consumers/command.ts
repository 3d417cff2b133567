import type { Using } from "./consumer.ts";

/** How long one call of a program may take, in milliseconds: much longer than it ever does. */
const WITHIN_MS = 30_000;

/** A use that runs a program anew at each look. It sees the exit code, and what was printed, in one line. */
export function eachTime(program: string, args: readonly string[]): Using {
  return { see: () => lineOf(program, args) };
}

/** Run a program to its end, and give such as `0: status: SERVING`; `separator` stands for each line break. */
export async function lineOf(program: string, args: readonly string[], separator = " "): Promise<string> {
  const command = new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    cwd: new URL("../../../", import.meta.url),
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  const { code, stdout, stderr } = await command.output();
  const printed = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  return `${code}: ${printed.trim().replaceAll(/\s*\n\s*/g, separator)}`;
}
