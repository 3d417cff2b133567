import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { isFault, type ListedState } from "../core/observation.ts";
import { DISCOVERED } from "../core/registry.ts";
import type { ServingStatus } from "../core/status.ts";
import { toldText } from "../core/told.ts";
import type { PushedName, PushReportRequest, StatusService } from "../gen/rollcall/v1/status_pb.ts";
import { WIRE_STATUS } from "../wire/health.ts";
import type { SurfaceSettings } from "./settings.ts";
import { valueOf, writerOf } from "./written.ts";

/** `rollcall.v1.StatusService` over the writer. Who may call it is judged before. */
export function createStatusRpc({ statusWriter, nowMs }: SurfaceSettings): ServiceImpl<typeof StatusService> {
  return {
    async setStatus({ name, status, message, ttlMs }) {
      const said = { status: statusOf(status), message, lifeMs: lifeOf(ttlMs) };
      const { untilMs } = valueOf(await writerOf(statusWriter).set(name, said));
      return { expiresAt: timestampFromMs(untilMs) };
    },
    async getStatus({ name }) {
      const told = valueOf(await writerOf(statusWriter).get(name));
      if (told === undefined) return { status: WIRE_STATUS.SERVICE_UNKNOWN };
      const { status, message, toldAtMs, untilMs } = told;
      const times = { toldAt: timestampFromMs(toldAtMs), expiresAt: timestampFromMs(untilMs) };
      return { status: WIRE_STATUS[status], message, ...times };
    },
    async heartbeat({ name, ttlMs }) {
      const { status, untilMs } = valueOf(await writerOf(statusWriter).heartbeat(name, lifeOf(ttlMs)));
      return { status: WIRE_STATUS[status], expiresAt: timestampFromMs(untilMs) };
    },
    async pushReport(report) {
      const madeAtMs = madeAtOf(report, nowMs());
      const said = {
        status: statusOf(report.status),
        names: namesOf(report, madeAtMs),
        madeAtMs,
        lifeMs: lifeOf(report.ttlMs),
      };
      const { untilMs } = valueOf(await writerOf(statusWriter).pushReport(report.name, said));
      return { expiresAt: timestampFromMs(untilMs) };
    },
  };
}

const STATUSES: ReadonlyMap<number, ServingStatus> = new Map([
  [WIRE_STATUS.SERVING, "SERVING"],
  [WIRE_STATUS.NOT_SERVING, "NOT_SERVING"],
  [WIRE_STATUS.UNKNOWN, "UNKNOWN"],
]);

function statusOf(status: number): ServingStatus {
  const known = STATUSES.get(status);
  if (known !== undefined) return known;
  throw new ConnectError(
    `Cannot tell status ${status}: it is none; write SERVING, NOT_SERVING or UNKNOWN`,
    Code.InvalidArgument,
  );
}

/** In proto3 a number that is not set is 0. */
function lifeOf(ttlMs: number): number | undefined {
  return ttlMs === 0 ? undefined : ttlMs;
}

/**
 * No time but one that can be written, and none to come: of a clock that is ahead, each report of a right one would count
 * as older for as long as this one holds.
 */
function madeAtOf({ madeAt }: PushReportRequest, nowMs: number): number {
  return madeAt === undefined ? nowMs : Math.max(0, Math.min(timestampMs(madeAt), nowMs));
}

function namesOf({ names }: PushReportRequest, madeAtMs: number): ReadonlyMap<string, ListedState> {
  return new Map(names.map((pushed) => [nameOf(pushed), listedState(pushed, madeAtMs)]));
}

/** Longest name of a report, in characters: that of a satellite's satellite's service is far below it. */
const NAME_MAX_CHARS = 500;

/** What a registry calls a name: one line, that stands for nothing else. */
function nameOf({ name }: PushedName): string {
  const problem = NAME_PROBLEMS.find(([isSo]) => isSo(name))?.[1];
  if (problem === undefined) return name;
  throw new ConnectError(`Cannot take a report with a name that ${problem}`, Code.InvalidArgument);
}

const NAME_PROBLEMS: readonly (readonly [isSo: (name: string) => boolean, problem: string])[] = [
  [(name) => name === "", "is empty: its fleet is `status`"],
  [(name) => name === DISCOVERED, 'is "*": that stands for all of them'],
  [(name) => /\p{Cc}/u.test(name), "has control characters: write one line"],
  // Of a circle the names grow with each turn.
  [
    (name) => name.length > NAME_MAX_CHARS,
    `is longer than ${NAME_MAX_CHARS} characters: do satellites tell each other?`,
  ],
];

function listedState(
  { status, since, isCulprit, cause, message, latencyMs }: PushedName,
  madeAtMs: number,
): ListedState {
  const text = toldText(message);
  return {
    status: statusOf(status),
    // By the satellite's clock, and not after its report was made.
    sinceMs: since === undefined ? madeAtMs : Math.max(0, Math.min(timestampMs(since), madeAtMs)),
    ...(isFault(cause) && { fault: cause }),
    ...(text !== "" && { message: text }),
    ...(latencyMs > 0 && { latencyMs }),
    ...(isCulprit && { isCulprit }),
  };
}
