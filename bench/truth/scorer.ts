import type { ServingStatus } from "../../src/core/status.ts";
import type { LastSeen } from "./last-seen.ts";
import type { Heard, Score } from "./score.ts";
import type { Life, Phase } from "./truth.ts";

/** Scores what one reader is told. */
export interface Scorer {
  hear(heard: Heard): void;
  /** What it came to by `endMs`. */
  score(endMs: number, costs: Pick<Score, "probes" | "writes">): Score;
}

/** What a reader is judged by. */
export interface ScorerOptions {
  readonly lives: readonly Life[];
  readonly lastSeen: LastSeen;
  /** A change must be told at a reader's first poll later than this after the last refresh before it. */
  readonly boundMs: number;
}

/**
 * Create the scorer of one reader.
 *
 * A reader believes what it was last told until it is told again. A belief is false beyond the bounds when it was told,
 * against what was the case from the question to the answer, later than `boundMs` after the end of the last probe that was
 * sent before the change; where the upstream hangs, when this was so at the reader's poll before as well. It then counts
 * until the next answer or the next change. While an upstream is dying nothing is false.
 */
export function createScorer({ lives, lastSeen, boundMs }: ScorerOptions): Scorer {
  const readers = lives.map((life): Belief => ({
    life,
    status: undefined,
    sinceMs: 0,
    charge: undefined,
    overdueIn: undefined,
  }));
  const sums = {
    falseRedMs: 0,
    unknownMs: 0,
    falseGreenMs: 0,
    falseReds: 0,
    falseGreens: 0,
    wrongRedMs: 0,
    wrongGreenMs: 0,
  };
  const toRedMs: number[] = [];
  const toGreenMs: number[] = [];
  const told = lives.map((): number | undefined => undefined);

  function hear({ upstream, status, askedMs, heardMs }: Heard): void {
    const belief = readers[upstream];
    if (belief === undefined) return;
    settle(belief, heardMs);
    const phase = belief.life.at(heardMs);
    const isFalse = isContrary(status, phase);
    const isLate = phase.fromMs <= askedMs && isOverdue(belief, lastSeen.before(upstream, phase.fromMs), askedMs);
    if (!isFalse) noteTold(upstream, phase, heardMs);
    belief.status = status;
    belief.sinceMs = heardMs;
    belief.charge = isFalse && isLate ? phase : undefined;
    if (belief.charge !== undefined) sums[status === "SERVING" ? "falseGreens" : "falseReds"]++;
  }

  /** Whether who asks now has to be told of the present phase; who asks of a hanging upstream, at the second time only. */
  function isOverdue(belief: Belief, seenBeforeMs: number, askedMs: number): boolean {
    if (askedMs <= seenBeforeMs + boundMs) return false;
    const phase = belief.life.at(askedMs);
    const isSecond = belief.overdueIn === phase;
    belief.overdueIn = phase;
    return phase.behaviour !== "hanging" || isSecond;
  }

  function noteTold(upstream: number, phase: Phase, heardMs: number): void {
    if (phase.truth === "grey" || told[upstream] === phase.fromMs) return;
    told[upstream] = phase.fromMs;
    const isFirst = phase === lives[upstream]?.phases[0];
    if (!isFirst) (phase.truth === "down" ? toRedMs : toGreenMs).push(heardMs - phase.fromMs);
  }

  /** Account for what was believed until now. */
  function settle({ life, status, sinceMs, charge }: Belief, untilMs: number): void {
    if (status === undefined) return;
    const wrongMs = contraryMs(life, status, { fromMs: sinceMs, untilMs });
    sums[status === "SERVING" ? "wrongGreenMs" : "wrongRedMs"] += wrongMs;
    if (charge === undefined) return;
    const falseMs = Math.min(untilMs, charge.untilMs) - sinceMs;
    sums[status === "SERVING" ? "falseGreenMs" : "falseRedMs"] += falseMs;
    if (status === "UNKNOWN") sums.unknownMs += falseMs;
  }

  function score(endMs: number, { probes, writes }: Pick<Score, "probes" | "writes">): Score {
    for (const belief of readers) settle(belief, endMs);
    return {
      falseRedMinutes: sums.falseRedMs / 60_000,
      unknownMinutes: sums.unknownMs / 60_000,
      falseGreenMinutes: sums.falseGreenMs / 60_000,
      falseReds: sums.falseReds,
      falseGreens: sums.falseGreens,
      wrongRedMinutes: sums.wrongRedMs / 60_000,
      wrongGreenMinutes: sums.wrongGreenMs / 60_000,
      toRedMs,
      toGreenMs,
      probes,
      writes,
    };
  }

  return { hear, score };
}

interface Belief {
  readonly life: Life;
  status: ServingStatus | undefined;
  sinceMs: number;
  /** What the belief is against, beyond the bounds. */
  charge: Phase | undefined;
  /** The phase in which the reader has asked later than the bound before. */
  overdueIn: Phase | undefined;
}

/** Told that an upstream serves while it does not, or anything else while it does; UNKNOWN is no green. */
function isContrary(status: ServingStatus, { truth }: Phase): boolean {
  return status === "SERVING" ? truth === "down" : truth === "up";
}

/** For how long of a span a status is against what is the case. */
function contraryMs(
  life: Life,
  status: ServingStatus,
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
): number {
  let sumMs = 0;
  for (let atMs = fromMs; atMs < untilMs;) {
    const phase = life.at(atMs);
    const endMs = phase.untilMs > atMs ? Math.min(phase.untilMs, untilMs) : untilMs;
    if (isContrary(status, phase)) sumMs += endMs - atMs;
    atMs = endMs;
  }
  return sumMs;
}
