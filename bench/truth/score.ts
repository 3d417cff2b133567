import type { ServingStatus } from "../../src/core/status.ts";

/** What readers received, summed up. Minutes are of one reader for each upstream: 200 upstreams have 288 000 a day. */
export interface Score {
  /** Minutes in which a reader held an upstream for not serving that served, beyond the bounds. */
  readonly falseRedMinutes: number;
  /** Of these, the ones in which it was told UNKNOWN. */
  readonly unknownMinutes: number;
  /** Minutes in which a reader held an upstream for serving that did not, beyond the bounds. */
  readonly falseGreenMinutes: number;
  /** How often it came to either. */
  readonly falseReds: number;
  readonly falseGreens: number;
  /** Minutes in which what a reader held was not the case, the time until a change could be known included. */
  readonly wrongRedMinutes: number;
  readonly wrongGreenMinutes: number;
  /** From each change to the answer that told it, in milliseconds. */
  readonly toRedMs: readonly number[];
  readonly toGreenMs: readonly number[];
  readonly probes: number;
  readonly writes: number;
}

/** Somebody tells a reader something of an upstream. */
export interface Heard {
  readonly upstream: number;
  readonly status: ServingStatus;
  /** When the reader asked, and when it was answered. */
  readonly askedMs: number;
  readonly heardMs: number;
}

/** The score of several fleets together. */
export function sumScores(scores: readonly Score[]): Score {
  return scores.reduce((sum, score) => ({
    falseRedMinutes: sum.falseRedMinutes + score.falseRedMinutes,
    unknownMinutes: sum.unknownMinutes + score.unknownMinutes,
    falseGreenMinutes: sum.falseGreenMinutes + score.falseGreenMinutes,
    falseReds: sum.falseReds + score.falseReds,
    falseGreens: sum.falseGreens + score.falseGreens,
    wrongRedMinutes: sum.wrongRedMinutes + score.wrongRedMinutes,
    wrongGreenMinutes: sum.wrongGreenMinutes + score.wrongGreenMinutes,
    toRedMs: [...sum.toRedMs, ...score.toRedMs],
    toGreenMs: [...sum.toGreenMs, ...score.toGreenMs],
    probes: sum.probes + score.probes,
    writes: sum.writes + score.writes,
  }));
}
