/**
 * Bounded concurrency with deadlines. A task's timer starts when the task is dispatched, never while it queues: a
 * healthy upstream waiting behind hung ones must not be called dead.
 */
export interface Pool {
  /** Queue a task. */
  run<T>(job: Job<T>): Run<T>;
}

/** One task and its place in the queue. */
export interface Job<T> {
  /** Index into the pool's lanes: of tasks waiting, the lowest lane's oldest goes first. */
  readonly lane: number;
  readonly timeoutMs: number;
  readonly task: (signal: AbortSignal) => Promise<T>;
  /** Called once if the task is still under way `afterMs` after its dispatch. */
  readonly silence?: { readonly afterMs: number; readonly onSilent: () => void };
}

/** A task queued or under way. */
export interface Run<T> {
  /**
   * What the task resolved to, or `"timeout"` when `timeoutMs` passed after its dispatch or it was withdrawn; its signal
   * is aborted then, and its slot free for the next. Rejects when the task does.
   */
  readonly result: Promise<T | "timeout">;
  /** Take the task back: a waiting one is never dispatched, one under way is aborted. */
  withdraw(): void;
}

/** How wide a pool is. */
export interface PoolOptions {
  /** Tasks under way at once, at least 1. */
  readonly concurrency: number;
  /** Of these, how many each lane may hold; one entry a lane. */
  readonly laneLimits: readonly number[];
  /** Calls `wake` after `ms`, unless what it returns is called before. */
  readonly after: (ms: number, wake: () => void) => () => void;
}

interface Waiting {
  readonly lane: number;
  start(): void;
}

/** Create a pool; it holds no timer and no task while idle. */
export function createPool({ concurrency, laneLimits, after }: PoolOptions): Pool {
  const queues: Waiting[][] = laneLimits.map(() => []);
  const held = laneLimits.map(() => 0);
  let running = 0;

  function next(): Waiting | undefined {
    const lane = queues.findIndex((queue, lane) => queue.length > 0 && (held[lane] ?? 0) < (laneLimits[lane] ?? 0));
    return queues[lane]?.shift();
  }

  function dispatch(): void {
    while (running < concurrency) {
      const waiting = next();
      if (waiting === undefined) return;
      occupy(waiting.lane, 1);
      waiting.start();
    }
  }

  function occupy(lane: number, change: 1 | -1): void {
    running += change;
    held[lane] = (held[lane] ?? 0) + change;
  }

  function run<T>(job: Job<T>): Run<T> {
    const { promise: result, resolve, reject } = Promise.withResolvers<T | "timeout">();
    const waiting = { lane: job.lane, start };
    let withdraw = () => {
      queues[job.lane] = queues[job.lane]?.filter((other) => other !== waiting) ?? [];
      resolve("timeout");
    };

    function start(): void {
      const controller = new AbortController();
      let isUnderWay = true;
      const disarm = arm(job, after, () => withdraw());
      const end = () => {
        if (!isUnderWay) return;
        isUnderWay = false;
        disarm();
        occupy(job.lane, -1);
        dispatch();
      };
      withdraw = () => {
        if (isUnderWay) controller.abort();
        end();
        resolve("timeout");
      };
      job.task(controller.signal).finally(end).then(resolve, reject);
    }

    queues[job.lane]?.push(waiting);
    dispatch();
    return { result, withdraw: () => withdraw() };
  }

  return { run };
}

/** Arm a job's deadline, by way of its silence: one timer at a time, for most tasks need neither. */
function arm<T>({ timeoutMs, silence }: Job<T>, after: PoolOptions["after"], onTimeout: () => void): () => void {
  if (silence === undefined || silence.afterMs >= timeoutMs) return after(timeoutMs, onTimeout);
  let disarm = after(silence.afterMs, () => {
    disarm = after(timeoutMs - silence.afterMs, onTimeout);
    silence.onSilent();
  });
  return () => disarm();
}
