import { LISTED_MAX } from "../core/observation.ts";
import { combine } from "../core/policy.ts";
import type { ServingStatus } from "../core/status.ts";
import {
  decodeHealthCheckResponse,
  decodeHealthListResponse,
  encodeHealthCheckRequest,
  WIRE_STATUS,
} from "../wire/health.ts";
import { isObject } from "../wire/json.ts";
import { grpcVerdict, mismatch, servingVerdict, type Verdict } from "./verdict.ts";

/** A unary method, as every protocol that carries protobuf messages asks it. */
export interface Method {
  /** Such as `/grpc.health.v1.Health/Check`. */
  readonly path: string;
  readonly encode: (service: string) => Uint8Array<ArrayBuffer>;
  /** Judge the answer's message. */
  readonly judge: (message: Uint8Array) => Verdict;
  /** Its empty message says something good, which OK without any message must not pass for. */
  readonly needsMessage?: true;
}

/** A method of `grpc.health.v1.Health`, which Connect asks in JSON too. */
export interface HealthMethod extends Method {
  readonly encodeJson: (service: string) => Readonly<Record<string, string>>;
  readonly judgeJson: (message: Readonly<Record<string, unknown>>) => Verdict;
}

/** Of the server as a whole: proto3 JSON leaves defaults out. */
const THE_WHOLE: Readonly<Record<string, string>> = {};

/** `Check`: the status of one service. */
export const CHECK: HealthMethod = {
  path: "/grpc.health.v1.Health/Check",
  encode: encodeHealthCheckRequest,
  judge(message) {
    const status = decodeHealthCheckResponse(message);
    return status === undefined ? mismatch("message that is no HealthCheckResponse") : servingVerdict(status);
  },
  encodeJson: (service) => service === "" ? THE_WHOLE : { service },
  judgeJson(message) {
    const status = message["status"] ?? WIRE_STATUS.UNKNOWN;
    const number = statusNumber(status);
    if (number === undefined) return mismatch(`status ${JSON.stringify(status)}`);
    return servingVerdict(number, typeof status === "string" ? JSON.stringify(status) : String(status));
  },
};

/** `List`: the statuses of all services. Source: https://github.com/grpc/proposal/blob/master/A90-health-list-service.md */
export const LIST: HealthMethod = {
  path: "/grpc.health.v1.Health/List",
  encode: () => new Uint8Array(),
  judge(message) {
    const statuses = decodeHealthListResponse(message);
    return statuses === undefined ? mismatch("message that is no HealthListResponse") : listVerdict(statuses);
  },
  encodeJson: () => ({}),
  judgeJson(message) {
    const statuses = message["statuses"] ?? {};
    if (!isObject(statuses)) return mismatch("statuses that are no object");
    const numbers = new Map<string, number>();
    for (const [name, response] of Object.entries(statuses)) {
      const number = isObject(response) ? statusNumber(response["status"] ?? WIRE_STATUS.UNKNOWN) : undefined;
      if (number === undefined) return mismatch(`status of ${JSON.stringify(name)} that is none`);
      numbers.set(name, number);
    }
    return listVerdict(numbers);
  },
};

/** Longest name taken from an upstream's list, in characters. */
const NAME_MAX_CHARS = 200;

/** A server serves when all that it lists does; one that lists nothing says nothing of itself. */
function listVerdict(numbers: ReadonlyMap<string, number>): Verdict {
  if (numbers.size > LISTED_MAX) {
    return grpcVerdict(8, `it lists ${numbers.size} names, at most ${LISTED_MAX} are kept`);
  }
  const strange = [...numbers.keys()].find((name) =>
    name === "*" || name.length > NAME_MAX_CHARS || /\p{Cc}/u.test(name)
  );
  if (strange !== undefined) return mismatch(`list with the name ${JSON.stringify(strange.slice(0, NAME_MAX_CHARS))}`);
  if (numbers.size === 0) return { ...servingVerdict(WIRE_STATUS.UNKNOWN), message: "it lists no names" };
  const listed = [...numbers].map(([name, number]): readonly [string, ServingStatus] => [name, statusOf(number)]);
  const status = combine({ kind: "all" }, listed.map(([, status]) => status));
  return { kind: "answered", status, listed: Object.fromEntries(listed), isFramed: true };
}

/** As `servingVerdict` reads it. */
function statusOf(number: number): ServingStatus {
  if (number === WIRE_STATUS.SERVING) return "SERVING";
  return number === WIRE_STATUS.NOT_SERVING || number === WIRE_STATUS.SERVICE_UNKNOWN ? "NOT_SERVING" : "UNKNOWN";
}

/**
 * Proto3 JSON: an enum is its name or its number. A name of a later health.proto is a number above 3 in another spelling;
 * connect-go's own health.proto puts its enum's name before each (connectrpc/grpchealth-go: internal/proto).
 */
function statusNumber(status: unknown): number | undefined {
  if (typeof status === "number") return Number.isInteger(status) ? status : undefined;
  if (typeof status !== "string") return undefined;
  return Object.entries(WIRE_STATUS).find(([name]) => name === status.replace(/^SERVING_STATUS_/, ""))?.[1] ?? -1;
}
