/** Ids of the children of this process that run a program of this name. Linux only. */
export function childrenOfThisProcess(name: string): number[] {
  return [...Deno.readDirSync("/proc")]
    .filter((entry) => /^\d+$/.test(entry.name))
    .map((entry) => readStat(Number(entry.name)))
    .filter((stat) => stat?.name === name && stat.parent === Deno.pid)
    .flatMap((stat) => stat?.pid ?? []);
}

/**
 * CPU time a process has used so far, user and system, all its threads, in milliseconds; its grain is one tick, 10 ms.
 * Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function cpuMs(pid: number): number {
  const stat = readStat(pid);
  if (stat === undefined) throw new Error(`Cannot read the CPU time of process ${pid}: it has ended`);
  return stat.ticks * TICK_MS;
}

/** USER_HZ, 100 on every Linux that Deno runs on. */
const TICK_MS = 10;

interface Stat {
  readonly pid: number;
  readonly name: string;
  readonly parent: number;
  readonly ticks: number;
}

/** Undefined when there is no such process any more. */
function readStat(pid: number): Stat | undefined {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name is in brackets and may hold anything, brackets too.
    const [open, close] = [text.indexOf("("), text.lastIndexOf(")")];
    const fields = text.slice(close + 2).split(" ");
    return {
      pid,
      name: text.slice(open + 1, close),
      parent: Number(fields[1]),
      ticks: Number(fields[11]) + Number(fields[12]),
    };
  } catch {
    return undefined;
  }
}
