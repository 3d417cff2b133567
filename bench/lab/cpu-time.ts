/**
 * CPU time a process has used so far, user and system, all its threads, in milliseconds; its grain is one tick, 10 ms.
 * Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function cpuMs(pid: number): number {
  const ticks = readTicks(pid);
  if (ticks === undefined) throw new Error(`Cannot read the CPU time of process ${pid}: it has ended`);
  return ticks * TICK_MS;
}

/** USER_HZ, 100 on every Linux that Deno runs on. */
const TICK_MS = 10;

/** User and system time, in ticks; undefined when there is no such process any more. */
function readTicks(pid: number): number | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name is in brackets and may hold anything, brackets too; the third field follows it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return undefined;
  }
}
