/** How an upstream behaves for a while. `dying` grows slower and loses more until it hangs. */
export type Behaviour = "serving" | "not-serving" | "refusing" | "hanging" | "dying";

/** What a perfect judge would say; of one that is dying neither red nor green is wrong. */
export type Truth = "up" | "down" | "grey";

/** A stretch of an upstream's life; times are milliseconds since the Unix epoch. */
export interface Phase {
  readonly behaviour: Behaviour;
  readonly truth: Truth;
  readonly fromMs: number;
  /** The first that is no longer of it. */
  readonly untilMs: number;
}

const TRUTH = {
  serving: "up",
  "not-serving": "down",
  refusing: "down",
  hanging: "down",
  dying: "grey",
} as const satisfies Record<Behaviour, Truth>;

/** One upstream's life, and where in it a time is. */
export interface Life {
  readonly phases: readonly Phase[];
  /** The phase at a time; a time outside all counts to the first or the last. Fast where times mostly grow. */
  at(ms: number): Phase;
}

/** A life from `startMs` to `endMs`: serving but for the given phases, which are in order and do not overlap. */
export function createLife(startMs: number, endMs: number, incidents: readonly Incident[]): Life {
  const phases = fill(startMs, endMs, incidents);
  let cursor = 0;
  function at(ms: number): Phase {
    while (cursor > 0 && ms < boundOf(phases[cursor]?.fromMs)) cursor--;
    while (cursor < phases.length - 1 && ms >= boundOf(phases[cursor]?.untilMs)) cursor++;
    const phase = phases[cursor];
    if (phase === undefined) throw new Error("Cannot tell a phase: this life has none");
    return phase;
  }
  return { phases, at };
}

/** A time at which an upstream does not simply serve. */
export type Incident = Pick<Phase, "behaviour" | "fromMs" | "untilMs">;

function fill(startMs: number, endMs: number, incidents: readonly Incident[]): Phase[] {
  const phases: Phase[] = [];
  const add = (incident: Incident) => {
    if (incident.fromMs < incident.untilMs) phases.push({ ...incident, truth: TRUTH[incident.behaviour] });
  };
  let fromMs = startMs;
  for (const incident of incidents) {
    add({ behaviour: "serving", fromMs, untilMs: incident.fromMs });
    add(incident);
    fromMs = incident.untilMs;
  }
  add({ behaviour: "serving", fromMs, untilMs: endMs });
  return phases;
}

function boundOf(ms: number | undefined): number {
  return ms ?? 0;
}
