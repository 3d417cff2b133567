/** What the two formats of metrics differ in, where all are gauges. */
export interface MetricsFormat {
  readonly contentType: string;
  /** Last line of the text. */
  readonly end: string;
}

/**
 * The format of metrics a caller asks for: OpenMetrics 1.0 if `Accept` names it, and wants plain text no more than it; else
 * Prometheus text, which people and browsers can read.
 *
 * https://prometheus.io/docs/instrumenting/content_negotiation/
 */
export function metricsFormat(accept: string | null): MetricsFormat {
  const ranges = (accept ?? "").toLowerCase().split(",");
  const openMetrics = quality(ranges, "application/openmetrics-text");
  return openMetrics > 0 && openMetrics >= quality(ranges, "text/plain") ? OPEN_METRICS : TEXT;
}

const TEXT: MetricsFormat = { contentType: "text/plain; version=0.0.4; charset=utf-8", end: "" };

const OPEN_METRICS: MetricsFormat = {
  contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  end: "# EOF\n",
};

/** The highest weight of a media type in a version that is spoken here; 0 when it is not asked for. */
function quality(ranges: readonly string[], type: string): number {
  const weights = ranges.map((range) => {
    const [name, ...parameters] = range.split(";").map((part) => part.trim());
    const version = valueOf(parameters, "version");
    if (name !== type || (version !== undefined && !VERSIONS.has(version))) return 0;
    return Number(valueOf(parameters, "q") ?? 1) || 0;
  });
  return Math.max(...weights);
}

const VERSIONS: ReadonlySet<string> = new Set(["0.0.4", "1.0.0"]);

function valueOf(parameters: readonly string[], name: string): string | undefined {
  return parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1).replaceAll('"', "");
}
