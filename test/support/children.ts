/** The ids of the processes of this name whose parent is `parent`, as Linux tells them; elsewhere none. */
export function childrenOf(parent: number, name: string): readonly number[] {
  return processIds().filter((pid) => {
    // `<pid> (<name>) <state> <parent> …`, https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    const [, found, parentOfIt] = /^\d+ \((.*)\) \S (\d+) /.exec(statusLine(pid)) ?? [];
    return found === name && Number(parentOfIt) === parent;
  });
}

function processIds(): number[] {
  try {
    return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter(Number.isSafeInteger);
  } catch {
    return [];
  }
}

/** Empty when the process is gone by now. */
function statusLine(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    return "";
  }
}
