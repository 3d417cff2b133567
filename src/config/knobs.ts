import { DEFAULT_KNOBS, type Knobs, type Platform } from "../core/knobs.ts";
import { type Env, envField, type Field, refuse } from "./field.ts";
import { DURATION_MS, type Range, readChoice, readInteger, WAIT_MS } from "./read.ts";

/** Read every knob from its variable; `core/knobs.ts` has the defaults. What it returns holds only when it noted no problem. */
export function readKnobs(env: Env, platform: Platform, problems: string[]): Knobs {
  const defaults = DEFAULT_KNOBS[platform];
  const fieldOf = (key: NumericKnob) => envField(env, VARIABLES[key].name, problems);
  const read = (key: NumericKnob): number => {
    const field = fieldOf(key);
    if (key === "probesPerInvocation" && field.value === UNLIMITED) return Infinity;
    const range = key === "concurrency" ? CONCURRENCY[platform] : VARIABLES[key].range;
    return readInteger(field, range, field.value === undefined ? defaults[key] : NaN);
  };
  const knobs: Knobs = {
    ttlMs: read("ttlMs"),
    staleMs: read("staleMs"),
    expireMs: read("expireMs"),
    probeTimeoutMs: read("probeTimeoutMs"),
    deadlineMs: read("deadlineMs"),
    rise: read("rise"),
    concurrency: read("concurrency"),
    probesPerInvocation: read("probesPerInvocation"),
    kvWriteEveryMs: read("kvWriteEveryMs"),
    kvWritesPerDay: read("kvWritesPerDay"),
    watchMaxMs: read("watchMaxMs"),
    listMax: read("listMax"),
    dryRunFailureStatus: readFailureStatus(
      envField(env, "DRY_RUN_FAILURE_STATUS", problems),
      defaults.dryRunFailureStatus,
    ),
  };
  checkOrders(knobs, fieldOf);
  return knobs;
}

type NumericKnob = Exclude<keyof Knobs, "dryRunFailureStatus">;

const UNLIMITED = "unlimited";
const COUNT: Range = { min: 1, max: 1_000_000 };

const VARIABLES = {
  ttlMs: { name: "TTL_MS", range: DURATION_MS },
  staleMs: { name: "STALE_MS", range: DURATION_MS },
  expireMs: { name: "EXPIRE_MS", range: DURATION_MS },
  probeTimeoutMs: { name: "PROBE_TIMEOUT_MS", range: WAIT_MS },
  deadlineMs: { name: "DEADLINE_MS", range: WAIT_MS },
  rise: { name: "RISE", range: { min: 1, max: 100 } },
  concurrency: { name: "CONCURRENCY", range: COUNT },
  probesPerInvocation: { name: "PROBES_PER_INVOCATION", range: { ...COUNT, orWord: UNLIMITED } },
  kvWriteEveryMs: { name: "KV_WRITE_EVERY_MS", range: DURATION_MS },
  kvWritesPerDay: { name: "KV_WRITES_PER_DAY", range: COUNT },
  watchMaxMs: { name: "WATCH_MAX_MS", range: DURATION_MS },
  listMax: { name: "LIST_MAX", range: COUNT },
} as const satisfies Record<NumericKnob, { readonly name: string; readonly range: Range }>;

/** More than six would queue inside a Worker, where the timers of probes already run (`core/knobs.ts`). */
const CONCURRENCY: Readonly<Record<Platform, Range>> = { workers: { min: 1, max: 6 }, deno: { min: 1, max: 64 } };

/** An expired value must outlive the longest pause between writes of it: cron's minute, and one missed. */
const EXPIRE_MARGIN_MS = 120_000;

function readFailureStatus(field: Field, fallback: 200 | 503): 200 | 503 {
  if (field.value === undefined) return fallback;
  const text = typeof field.value === "number" ? String(field.value) : field.value;
  return readChoice({ ...field, value: text }, ["200", "503"], "503") === "200" ? 200 : 503;
}

/** Pairs of knobs where the larger must exceed the smaller by at least `gap`. */
const ORDERS: readonly (readonly [smaller: NumericKnob, larger: NumericKnob, gap: number])[] = [
  ["ttlMs", "staleMs", 1],
  ["staleMs", "expireMs", 1],
  ["probeTimeoutMs", "deadlineMs", 0],
  ["kvWriteEveryMs", "expireMs", EXPIRE_MARGIN_MS],
];

/** Note knobs that contradict each other, at the one that is set. A knob that did not parse is NaN, below nothing. */
function checkOrders(knobs: Knobs, fieldOf: (key: NumericKnob) => Field): void {
  for (const [smaller, larger, gap] of ORDERS) {
    if (!(knobs[larger] < knobs[smaller] + gap)) continue;
    const most = knobs[larger] - gap;
    const isSmallerToBlame = fieldOf(smaller).value !== undefined && most >= 1;
    const [blamed, other] = isSmallerToBlame ? [smaller, larger] : [larger, smaller];
    const bound = isSmallerToBlame ? `above ${most}` : `below ${knobs[smaller] + gap}`;
    const fix = isSmallerToBlame ? "lower it or raise" : "raise it or lower";
    refuse(
      { ...fieldOf(blamed), value: knobs[blamed] },
      `${bound}, while ${VARIABLES[other].name} is ${knobs[other]}`,
      `${fix} ${VARIABLES[other].name}`,
    );
  }
}
