import type { Load, Report } from "../core/report.ts";
import type { Caller } from "./caller.ts";
import { dryRun } from "./dry-run.ts";
import { weakEtag } from "./etag.ts";
import { type Content, fleetAnswer } from "./http-answer.ts";
import { prepareOnce } from "./prepared.ts";
import { isFleetSettled } from "./served-name.ts";
import type { SurfaceSettings } from "./settings.ts";

/** `GET /dry_run`: a hot read finds its bytes prepared and builds no JSON. */
export function createDryRunAnswer(
  { dryRunFailureStatus }: Pick<SurfaceSettings, "dryRunFailureStatus">,
): (request: Request, load: Load, caller: Caller) => Promise<Response> {
  const prepare = prepareOnce((report, isTrusted) => content(report, isTrusted, dryRunFailureStatus));
  return async (request, load, { isTrusted, options }) => {
    const report = await load(options);
    return fleetAnswer(prepare(report, isTrusted), { request, report, isTrusted });
  };
}

function content(report: Report, isTrusted: boolean, failureStatus: 200 | 503): Content {
  const answer = dryRun(report, isTrusted);
  const json = JSON.stringify(answer);
  return {
    status: answer.code === 0 ? 200 : failureStatus,
    contentType: "application/json",
    body: new TextEncoder().encode(json),
    etag: weakEtag(json),
    isSettled: isFleetSettled(report),
  };
}
