/**
 * Bounded concurrency with deadlines. A task's timer starts when the task is dispatched, never while it queues: a
 * healthy upstream waiting behind hung ones must not be called dead.
 */
export interface Pool {
  /**
   * Queue a task and give its result.
   *
   * @returns What the task resolved to, or `"timeout"` when `timeoutMs` passed after its dispatch; its signal is aborted
   * then, and its slot is free for the next. Rejects when the task does.
   */
  run<T>(job: Job<T>): Promise<T | "timeout">;
}

/** One task and its place in the queue. */
export interface Job<T> {
  /** Index into the pool's lanes: of tasks waiting, the lowest lane's oldest goes first. */
  readonly lane: number;
  readonly timeoutMs: number;
  readonly task: (signal: AbortSignal) => Promise<T>;
  /** Withdraws the task: before dispatch it is never run, afterwards its signal is aborted; the result is `"timeout"`. */
  readonly signal?: AbortSignal;
}

/** How wide a pool is. */
export interface PoolOptions {
  /** Tasks under way at once, at least 1. */
  readonly concurrency: number;
  /** Of these, how many each lane may hold; one entry a lane. */
  readonly laneLimits: readonly number[];
  /** Resolves after `ms`, or when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

interface Waiting {
  readonly lane: number;
  start(): Promise<void>;
}

/** Create a pool; it holds no timer and no task while idle. */
export function createPool({ concurrency, laneLimits, sleep }: PoolOptions): Pool {
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
      waiting.start().finally(() => {
        occupy(waiting.lane, -1);
        dispatch();
      });
    }
  }

  function occupy(lane: number, change: 1 | -1): void {
    running += change;
    held[lane] = (held[lane] ?? 0) + change;
  }

  function run<T>(job: Job<T>): Promise<T | "timeout"> {
    return new Promise((resolve, reject) => {
      const waiting = {
        lane: job.lane,
        start: () => {
          job.signal?.removeEventListener("abort", withdraw);
          return withDeadline(job, sleep).then(resolve, reject);
        },
      };
      const withdraw = () => {
        leave(waiting);
        resolve("timeout");
      };
      job.signal?.addEventListener("abort", withdraw, { once: true });
      queues[job.lane]?.push(waiting);
      dispatch();
    });
  }

  function leave(waiting: Waiting): void {
    queues[waiting.lane] = queues[waiting.lane]?.filter((other) => other !== waiting) ?? [];
  }

  return { run };
}

/** Run a task under its deadline; the timer is cleared when the task ends, the task aborted when the timer does. */
async function withDeadline<T>(job: Job<T>, sleep: PoolOptions["sleep"]): Promise<T | "timeout"> {
  if (job.signal?.aborted) return "timeout";
  const controller = new AbortController();
  const withdraw = () => controller.abort();
  job.signal?.addEventListener("abort", withdraw, { once: true });
  const deadline = sleep(job.timeoutMs, controller.signal).then(() => "timeout" as const);
  try {
    return await Promise.race([job.task(controller.signal), deadline]);
  } finally {
    controller.abort();
    job.signal?.removeEventListener("abort", withdraw);
  }
}
