import type { Using } from "./consumer.ts";

/** A use that runs a program through all phases, and sees the last line it printed. The program ends when its stdin closes. */
export function lastLineOf(program: string, args: readonly string[]): Using {
  const child = new Deno.Command(program, { args: [...args], stdin: "piped", stdout: "piped", stderr: "inherit" })
    .spawn();
  let printed = "";
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) printed += text;
  })();
  return {
    see: () => Promise.resolve(printed.trimEnd().split("\n").at(-1) ?? ""),
    end: async () => {
      await child.stdin.close();
      await child.status;
      await reading;
    },
  };
}
