/** One command that a page shows, and what it says that it prints. */
export interface ConsoleStep {
  readonly command: string;
  readonly printed: string;
}

/** The steps of all `console` blocks below a heading of a page of the project, in order: a line that begins with `$ ` is a command. */
export function consoleSteps(page: string, heading: string): readonly ConsoleStep[] {
  const text = Deno.readTextFileSync(new URL(`../../${page}`, import.meta.url));
  const [, section = ""] = text.split(`\n${heading}\n`);
  const [own = ""] = section.split(/^## /m);
  const blocks = [...own.matchAll(/^```console\n(.*?)^```$/gms)].map(([, block = ""]) => block).join("");
  return blocks.split(/^\$ /m).slice(1).map((step) => {
    const [command = "", ...printed] = step.trimEnd().split("\n");
    return { command: command.replace(/\s+#.*$/, ""), printed: printed.join("\n") };
  });
}

/** A shell that stays, as the one in which a reader tries a page's commands. */
export interface Shell extends AsyncDisposable {
  /** Type a command; gives what it printed, errors included, once the prompt is back. */
  run(command: string): Promise<string>;
}

/** Start bash in the project's folder with job control, where `npx -y deno@…` is the Deno that runs the test. */
export function startShell(env: Readonly<Record<string, string>>): Shell {
  const child = new Deno.Command("bash", {
    args: ["--norc"],
    cwd: new URL("../../", import.meta.url),
    env: { ...env, NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const keyboard = child.stdin.getWriter();
  const screen = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const type = (text: string) => keyboard.write(new TextEncoder().encode(`${text}\n`));
  const ready = type(`exec 2>&1; set -m; shopt -s expand_aliases; npx() { shift 2; "${Deno.execPath()}" "$@"; }`);

  async function run(command: string): Promise<string> {
    await ready;
    // What it starts must not read the commands that follow.
    await type(`{ ${command}\n} < /dev/null\necho "${PROMPT}"`);
    let printed = "";
    while (!printed.includes(PROMPT)) {
      const { value, done } = await screen.read();
      if (done) throw new Error(`Cannot run ${command}: the shell ended, having printed ${printed}`);
      printed += value;
    }
    // Only an interactive shell keeps this for its next prompt.
    const jobs = /^\[\d+\].* Terminated .*\n/gm;
    return printed.slice(0, printed.indexOf(PROMPT)).replaceAll(jobs, "").trimEnd();
  }

  return {
    run,
    async [Symbol.asyncDispose]() {
      await run('kill -- $(jobs -p | sed "s/^/-/"); wait');
      await keyboard.close();
      await screen.cancel();
      await child.status;
    },
  };
}

/** What no command prints. */
const PROMPT = "\u0001the prompt\u0001";
