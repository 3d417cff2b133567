import type { Load } from "../core/report.ts";
import type { ServingStatus } from "../core/status.ts";
import type { Caller } from "./caller.ts";
import { weakEtag } from "./etag.ts";
import { fleetAnswer } from "./http-answer.ts";
import { healthDocument, prepareHealth } from "./prepare-health.ts";
import { prepareOnce } from "./prepared.ts";
import { isFleetSettled } from "./served-name.ts";

const HTTP_STATUS = { SERVING: 200, NOT_SERVING: 503, UNKNOWN: 503 } as const satisfies Record<ServingStatus, number>;

/** `GET /health`: the whole report. Only ages are worked out for each answer, and no tag depends on one. */
export function createHealthAnswer(): (request: Request, load: Load, caller: Caller) => Promise<Response> {
  const prepare = prepareOnce((report, isTrusted) => {
    const health = prepareHealth(report, isTrusted);
    const etag = weakEtag(JSON.stringify([health, report.problems], withoutTimes));
    return { health, etag, isSettled: isFleetSettled(report) };
  });
  return async (request, load, { isTrusted, options }) => {
    const report = await load(options);
    const { health, etag, isSettled } = prepare(report, isTrusted);
    const content = {
      status: HTTP_STATUS[health.servingStatus],
      contentType: "application/health+json",
      body: new TextEncoder().encode(JSON.stringify(healthDocument(health, report))),
      etag,
      isSettled,
    };
    return fleetAnswer(content, { request, report, isTrusted });
  };
}

function withoutTimes(key: string, value: unknown): unknown {
  return key === "checkedAtMs" ? undefined : value;
}
