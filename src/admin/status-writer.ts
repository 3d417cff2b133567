import { questionOf } from "../core/question.ts";
import type { Target, ToldProtocol } from "../core/registry.ts";
import { REPORT_NAMES_MAX, type SaidReport, type StatusWriter, type ToldStatus } from "../core/status-writer.ts";
import {
  decodeTold,
  DEFAULT_LIFE_MS,
  encodeTold,
  LIFE_MS,
  observationOf,
  type Told,
  toldKey,
  toldText,
} from "../core/told.ts";
import { done, refused, type WriteRefusal, type WriteResult } from "../core/write-result.ts";
import { COPIED_PREFIX } from "../ports.ts";
import { whenAnswered } from "./bounded-authority.ts";
import type { WriterOptions } from "./options.ts";
import { retried } from "./retried.ts";
import { toldTarget } from "./told-target.ts";

/** What telling works with. */
export type StatusWriterOptions = Pick<WriterOptions, "authority" | "fleet" | "clock" | "learn" | "place">;

/** Create the writer of told statuses over a bounded authority. */
export function createStatusWriter(options: StatusWriterOptions): StatusWriter {
  const { authority, fleet, clock } = options;
  const learnNewest = createNewest(options);

  /** What was registered elsewhere a moment ago may be told of here. */
  async function find(name: string, protocol: ToldProtocol): Promise<WriteResult<Target>> {
    const found = toldTarget(fleet.current().registry, name, protocol);
    if (found.kind === "done") return found;
    fleet.learn(await authority.list(COPIED_PREFIX));
    return toldTarget(fleet.current().registry, name, protocol);
  }

  async function read(target: Target): Promise<{ readonly version: number; readonly told: Told | undefined }> {
    const key = toldKey(target);
    const record = (await authority.list(key)).get(key);
    return { version: record?.version ?? 0, told: record && decodeTold(record.value) };
  }

  /** Keep what was told; undefined when somebody told otherwise since `expected` was read. */
  async function write(target: Target, told: Told, expected?: number): Promise<WriteResult<ToldStatus> | undefined> {
    const text = encodeTold(told);
    if (new TextEncoder().encode(text).length > RECORD_MAX_BYTES) return TOO_LONG;
    const version = await authority.put(toldKey(target), text, expected);
    if (version === undefined) return undefined;
    learnNewest(target, told, version);
    return done(statusOf(told));
  }

  function lifeOf(
    { upstream }: Target,
    lifeMs: number | undefined,
  ): { readonly toldAtMs: number; readonly untilMs: number } {
    const toldAtMs = clock.nowMs();
    return { toldAtMs, untilMs: toldAtMs + (lifeMs ?? upstream.lifeMs ?? DEFAULT_LIFE_MS) };
  }

  /** Find the target of a name, then work on it; whatever stands in the way is refused. */
  function telling<T>(
    { name, protocol, problem }: Telling,
    work: (target: Target) => Promise<WriteResult<T> | undefined>,
  ): Promise<WriteResult<T>> {
    return whenAnswered(async () => {
      const found = await find(name, protocol);
      if (found.kind === "refused") return found;
      return problem ?? await retried(() => work(found.value));
    });
  }

  return {
    set: (name, { status, message, lifeMs }) =>
      telling({ name, protocol: "push", problem: lifeProblem(lifeMs) }, (target) => {
        const text = toldText(message);
        return write(target, { status, ...(text !== "" && { message: text }), ...lifeOf(target, lifeMs) });
      }),

    get: (name) =>
      telling({ name, protocol: "push" }, async (target) => {
        const { told } = await read(target);
        return done(told && statusOf(told, clock.nowMs()));
      }),

    heartbeat: (name, lifeMs) =>
      telling({ name, protocol: "push", problem: lifeProblem(lifeMs) }, async (target) => {
        const { version, told = { status: "SERVING" as const } } = await read(target);
        return await write(target, { ...told, ...lifeOf(target, lifeMs) }, version);
      }),

    pushReport: (name, said) =>
      telling({ name, protocol: "satellite", problem: reportProblem(said) }, async (target) => {
        const { version, told: held } = await read(target);
        const { status, names, madeAtMs } = said;
        // Of one that holds no more the clock was wrong, or it matters no more.
        const isOlder = held?.report !== undefined && held.report.madeAtMs > madeAtMs && clock.nowMs() < held.untilMs;
        if (isOlder) return done(statusOf(held));
        const report = { names: Object.fromEntries(names), madeAtMs };
        return await write(target, { status, ...lifeOf(target, said.lifeMs), report }, version);
      }),
  };
}

interface Telling {
  readonly name: string;
  readonly protocol: ToldProtocol;
  /** What is wrong with what is told, whomever it is told of. */
  readonly problem?: WriteRefusal | undefined;
}

/** Writes of one record under way at once may be acknowledged in another order than they were kept. */
function createNewest({ learn, clock, place }: StatusWriterOptions) {
  const newest = new Map<string, number>();
  return ({ key, upstream }: Target, told: Told, version: number): void => {
    if (version <= (newest.get(key) ?? 0)) return;
    newest.set(key, version);
    const atMs = clock.nowMs();
    const observation = observationOf(told, { nowMs: atMs, latencyMs: 0 });
    learn({
      targetKey: key,
      question: questionOf(upstream),
      observation,
      attempts: [observation],
      isConfirmed: false,
      atMs,
      place: place(),
    });
  };
}

/** What an authority keeps of one record. */
const RECORD_MAX_BYTES = 1_048_576;

const TOO_LONG = refused("invalid", `Cannot keep this report: it is longer than ${RECORD_MAX_BYTES} bytes`);

function lifeProblem(lifeMs: number | undefined): WriteRefusal | undefined {
  const { min, max } = LIFE_MS;
  if (lifeMs === undefined || (lifeMs >= min && lifeMs <= max)) return undefined;
  return refused(
    "invalid",
    `Cannot tell it for ${lifeMs} ms: out of range; write ${min}..${max}, or 0 for the upstream's own`,
  );
}

function reportProblem({ names, lifeMs }: SaidReport): WriteRefusal | undefined {
  if (names.size > REPORT_NAMES_MAX) {
    return refused("invalid", `Cannot take ${names.size} names: a satellite tells at most ${REPORT_NAMES_MAX}`);
  }
  return lifeProblem(lifeMs);
}

/** @param nowMs If given, what holds no more by then is UNKNOWN. */
function statusOf({ status, message = "", toldAtMs, untilMs }: Told, nowMs = -Infinity): ToldStatus {
  return { status: nowMs < untilMs ? status : "UNKNOWN", message, toldAtMs, untilMs };
}
