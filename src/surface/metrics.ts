import type { Load, Report } from "../core/report.ts";
import type { Caller } from "./caller.ts";
import { weakEtag } from "./etag.ts";
import { fleetAnswer } from "./http-answer.ts";
import { checkedAtMs, metricFamilies, type MetricFamily, type Sample } from "./metric-families.ts";
import { metricsFormat } from "./metrics-format.ts";
import { prepareOnce } from "./prepared.ts";
import { isFleetSettled } from "./served-name.ts";

/**
 * `GET /metrics`: the report as gauges, for Prometheus. Always 200, for a scrape that fails says nothing of the fleet; the
 * same for every caller, for nothing in it is a stranger's to miss. Only ages are worked out for each answer.
 */
export function createMetricsAnswer(): (request: Request, load: Load, caller: Caller) => Promise<Response> {
  const prepare = prepareOnce(prepareMetrics);
  return async (request, load, { isTrusted, options }) => {
    const report = await load(options);
    const { fixed, observed, etag, isSettled } = prepare(report, isTrusted);
    const { contentType, end } = metricsFormat(request.headers.get("accept"));
    const ages = observed.map(({ labels, value }) => line(AGE, labels, Math.max(0, report.nowMs - value) / 1_000)).join(
      "",
    );
    const body = new TextEncoder().encode(fixed + ages + end);
    const content = { status: 200, contentType, body, etag: weakEtag(etag + contentType), isSettled } as const;
    const answer = fleetAnswer(content, { request, report, isTrusted });
    answer.headers.append("vary", "Accept");
    return answer;
  };
}

const AGE = "rollcall_age_seconds";

interface PreparedMetrics {
  /** All but the ages, which follow it. */
  readonly fixed: string;
  readonly observed: readonly Sample[];
  readonly etag: string;
  readonly isSettled: boolean;
}

function prepareMetrics(report: Report): PreparedMetrics {
  const ages = { name: AGE, help: "How long ago a target was last observed.", samples: [] };
  const fixed = [...metricFamilies(report), ages].map(familyText).join("");
  return { fixed, observed: checkedAtMs(report), etag: weakEtag(fixed), isSettled: isFleetSettled(report) };
}

function familyText({ name, help, samples }: MetricFamily): string {
  const lines = samples.map(({ labels, value }) => line(name, labels, value));
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("")}`;
}

function line(name: string, labels: string, value: number): string {
  return `${name}${labels} ${value}\n`;
}
