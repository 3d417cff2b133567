import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A Deno program in a process of its own, which talks in lines of JSON. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** The next line it prints, parsed. Rejects when it ended instead. */
  read(): Promise<unknown>;
  /** One line to its standard input, which ends with this process: a child that reads it never outlives us. */
  write(message: unknown): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** What a child starts with, besides our own environment. */
export interface ChildOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Start a program of this project, `path` being relative to its root. What it prints to standard error is passed on. */
export function startChild(path: string, { args = [], env = {} }: ChildOptions = {}): Child {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const child = spawn(Deno.execPath(), ["run", "-A", path, ...args], {
    cwd: root,
    env: { ...Deno.env.toObject(), ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const lines = readLines(createInterface(child.stdout), path);
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  return {
    pid: child.pid ?? 0,
    read: async () => JSON.parse(await lines()),
    write: (message) => void child.stdin.write(`${JSON.stringify(message)}\n`),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

/** Lines are taken as they come, read or not: a child whose pipe is full would stand still. */
function readLines(source: ReturnType<typeof createInterface>, path: string): () => Promise<string> {
  const lines: string[] = [];
  let isEnded = false;
  let wake = () => {};
  source.on("line", (line) => {
    lines.push(line);
    wake();
  });
  source.on("close", () => {
    isEnded = true;
    wake();
  });
  return async () => {
    for (;;) {
      const line = lines.shift();
      if (line !== undefined) return line;
      if (isEnded) throw new Error(`Cannot read from ${path}: it has ended`);
      await new Promise<void>((resolve) => wake = resolve);
    }
  };
}
