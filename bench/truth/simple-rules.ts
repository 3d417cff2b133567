import type { ServingStatus } from "../../src/core/status.ts";

/** What one probe of a simple monitor came to. */
export type ProbeResult = "serving" | "not-serving" | "failed";

/** A monitor that probes every upstream at a fixed interval and judges by counting. */
export interface SimpleRule {
  readonly name: string;
  /** Create the judge of one upstream, which gets each result and says what it makes of it. */
  readonly create: () => (result: ProbeResult) => ServingStatus;
}

/** The rules that Rollcall is compared with. */
export const SIMPLE_RULES: readonly SimpleRule[] = [
  { name: "one failure is down", create: () => (result) => result === "serving" ? "SERVING" : "NOT_SERVING" },
  {
    // Its alerts' defaults: failure-threshold 3, success-threshold 2. https://github.com/TwiN/gatus#alerting
    name: "three in a row (Gatus)",
    create: () => counting({ fall: () => 3 }),
  },
  {
    // Thresholds as in its documentation's examples. An answer that is not healthy counts at once, only network failures are
    // counted, and the first result of all decides. https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/health_checking
    name: "Envoy (unhealthy 3, healthy 2)",
    create: () => counting({ fall: (result) => result === "not-serving" ? 1 : 3 }),
  },
];

const RISE = 2;

/** Down after so many bad results in a row, up after {@link RISE} good ones; the first result of all decides alone. */
function counting({ fall }: { fall: (result: ProbeResult) => number }): (result: ProbeResult) => ServingStatus {
  let status: ServingStatus | undefined;
  let good = 0;
  let bad = 0;
  return (result) => {
    const isGood = result === "serving";
    good = isGood ? good + 1 : 0;
    bad = isGood ? 0 : bad + 1;
    if (isGood && (status === undefined || good >= RISE)) status = "SERVING";
    if (!isGood && (status === undefined || bad >= fall(result))) status = "NOT_SERVING";
    return status ?? "UNKNOWN";
  };
}
