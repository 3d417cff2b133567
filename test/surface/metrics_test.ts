import assert from "node:assert/strict";
import { VERSION } from "../../src/core/version.ts";
import { answered, failed, type FleetMember, NOW_MS, reportOn, stateOf } from "../support/reports.ts";
import { READ_TOKEN, surfaces } from "../support/surfaces.ts";

const FLEET: readonly FleetMember[] = [
  { name: "checkout", state: answered("SERVING", { checkedAtMs: NOW_MS - 3_500 }) },
  { name: "search", critical: false, state: failed("timeout", "10.0.0.7 is silent") },
  { name: "new" },
];

const TEXT = `\
# HELP rollcall_build_info 1, labelled with the version of Rollcall.
# TYPE rollcall_build_info gauge
rollcall_build_info{version="${VERSION}"} 1
# HELP rollcall_status 1 for the serving status a name has, 0 for those it has not.
# TYPE rollcall_status gauge
rollcall_status{name="checkout/",kind="target",status="NOT_SERVING"} 0
rollcall_status{name="checkout/",kind="target",status="UNKNOWN"} 0
rollcall_status{name="checkout/",kind="target",status="SERVING"} 1
rollcall_status{name="checkout",kind="upstream",status="NOT_SERVING"} 0
rollcall_status{name="checkout",kind="upstream",status="UNKNOWN"} 0
rollcall_status{name="checkout",kind="upstream",status="SERVING"} 1
rollcall_status{name="search/",kind="target",status="NOT_SERVING"} 1
rollcall_status{name="search/",kind="target",status="UNKNOWN"} 0
rollcall_status{name="search/",kind="target",status="SERVING"} 0
rollcall_status{name="search",kind="upstream",status="NOT_SERVING"} 1
rollcall_status{name="search",kind="upstream",status="UNKNOWN"} 0
rollcall_status{name="search",kind="upstream",status="SERVING"} 0
rollcall_status{name="new/",kind="target",status="NOT_SERVING"} 0
rollcall_status{name="new/",kind="target",status="UNKNOWN"} 1
rollcall_status{name="new/",kind="target",status="SERVING"} 0
rollcall_status{name="new",kind="upstream",status="NOT_SERVING"} 0
rollcall_status{name="new",kind="upstream",status="UNKNOWN"} 1
rollcall_status{name="new",kind="upstream",status="SERVING"} 0
rollcall_status{name="readiness",kind="fleet",status="NOT_SERVING"} 0
rollcall_status{name="readiness",kind="fleet",status="UNKNOWN"} 1
rollcall_status{name="readiness",kind="fleet",status="SERVING"} 0
rollcall_status{name="liveness",kind="liveness",status="NOT_SERVING"} 0
rollcall_status{name="liveness",kind="liveness",status="UNKNOWN"} 0
rollcall_status{name="liveness",kind="liveness",status="SERVING"} 1
# HELP rollcall_degraded 1 when a name is SERVING although an optional or spare member is not.
# TYPE rollcall_degraded gauge
rollcall_degraded{name="checkout",kind="upstream"} 0
rollcall_degraded{name="search",kind="upstream"} 0
rollcall_degraded{name="new",kind="upstream"} 0
rollcall_degraded{name="readiness",kind="fleet"} 0
rollcall_degraded{name="liveness",kind="liveness"} 0
# HELP rollcall_in_maintenance 1 when a name is in maintenance, and therefore NOT_SERVING.
# TYPE rollcall_in_maintenance gauge
rollcall_in_maintenance{name="checkout/",kind="target"} 0
rollcall_in_maintenance{name="checkout",kind="upstream"} 0
rollcall_in_maintenance{name="search/",kind="target"} 0
rollcall_in_maintenance{name="search",kind="upstream"} 0
rollcall_in_maintenance{name="new/",kind="target"} 0
rollcall_in_maintenance{name="new",kind="upstream"} 0
rollcall_in_maintenance{name="readiness",kind="fleet"} 0
rollcall_in_maintenance{name="liveness",kind="liveness"} 0
# HELP rollcall_last_change_timestamp_seconds When a name's serving status became what it is.
# TYPE rollcall_last_change_timestamp_seconds gauge
rollcall_last_change_timestamp_seconds{name="checkout/",kind="target"} 1795262340
rollcall_last_change_timestamp_seconds{name="checkout",kind="upstream"} 1795262340
rollcall_last_change_timestamp_seconds{name="search/",kind="target"} 1795262340
rollcall_last_change_timestamp_seconds{name="search",kind="upstream"} 1795262340
# HELP rollcall_latency_seconds How long the decisive probe of a target took.
# TYPE rollcall_latency_seconds gauge
rollcall_latency_seconds{name="checkout/",upstream="checkout"} 0.012
rollcall_latency_seconds{name="search/",upstream="search"} 0.034
# HELP rollcall_late 1 when a target's status is old, for its refresh did not finish.
# TYPE rollcall_late gauge
rollcall_late{name="checkout/",upstream="checkout"} 0
rollcall_late{name="search/",upstream="search"} 0
rollcall_late{name="new/",upstream="new"} 0
# HELP rollcall_suspect 1 when a target's last probe failed and is not confirmed yet.
# TYPE rollcall_suspect gauge
rollcall_suspect{name="checkout/",upstream="checkout"} 0
rollcall_suspect{name="search/",upstream="search"} 0
rollcall_suspect{name="new/",upstream="new"} 0
# HELP rollcall_targets How many targets have a serving status.
# TYPE rollcall_targets gauge
rollcall_targets{status="NOT_SERVING"} 1
rollcall_targets{status="UNKNOWN"} 1
rollcall_targets{status="SERVING"} 1
# HELP rollcall_problems How many things are wrong with Rollcall itself.
# TYPE rollcall_problems gauge
rollcall_problems 0
# HELP rollcall_age_seconds How long ago a target was last observed.
# TYPE rollcall_age_seconds gauge
rollcall_age_seconds{name="checkout/",upstream="checkout"} 3.5
rollcall_age_seconds{name="search/",upstream="search"} 3
`;

const PLAIN = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

async function textOf(members: readonly FleetMember[], options = {}): Promise<string> {
  return await (await surfaces(reportOn(members, options))("/metrics")).text();
}

Deno.test("GET /metrics is the whole report as gauges, in the report's order", async () => {
  const answer = await surfaces(reportOn(FLEET))("/metrics");
  assert.equal(answer.headers.get("content-type"), PLAIN);
  assert.equal(await answer.text(), TEXT);
});

Deno.test("GET /metrics is the same in OpenMetrics, with its end", async () => {
  const answer = await surfaces(reportOn(FLEET))("/metrics", { headers: { accept: "application/openmetrics-text" } });
  assert.equal(answer.headers.get("content-type"), OPEN_METRICS);
  assert.equal(await answer.text(), `${TEXT}# EOF\n`);
});

const ACCEPTS: readonly (readonly [string, string])[] = [
  ["", PLAIN],
  ["*/*", PLAIN],
  ["text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", PLAIN],
  ["text/plain", PLAIN],
  // Prometheus 2.42 and 3.x.
  [
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    OPEN_METRICS,
  ],
  [
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    OPEN_METRICS,
  ],
  ["text/plain;version=0.0.4;q=0.9, application/openmetrics-text; version=1.0.0; q=0.4", PLAIN],
  ['Application/OpenMetrics-Text; Version="1.0.0"', OPEN_METRICS],
  ["application/openmetrics-text;version=2.0.0", PLAIN],
  ["application/openmetrics-text;q=0", PLAIN],
  ["application/openmetrics-text;q=nonsense", PLAIN],
];

for (const [accept, contentType] of ACCEPTS) {
  Deno.test(`GET /metrics answers Accept ${JSON.stringify(accept)} in ${contentType.split(";")[0]}`, async () => {
    const answer = await surfaces(reportOn([]))("/metrics", { headers: { accept } });
    assert.equal(answer.headers.get("content-type"), contentType);
    assert.equal(answer.headers.get("vary"), "Authorization, Accept");
  });
}

Deno.test("GET /metrics is 200 for a fleet that is down, empty, or not known", async () => {
  const fleets = [
    reportOn([{ name: "a", state: failed("dns") }]),
    reportOn([]),
    reportOn([], { isRegistryInvalid: true }),
  ];
  for (const report of fleets) {
    const answer = await surfaces(report)("/metrics");
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /^rollcall_status\{name="readiness",kind="fleet",status="SERVING"\} 0$/m);
  }
});

Deno.test("GET /metrics escapes what label values may hold, and no more", async () => {
  const odd = 'a\\b"c\nd\re{}=,# é𝄞';
  const state = answered("SERVING", { listed: { [odd]: { status: "NOT_SERVING", sinceMs: NOW_MS } } });
  const text = await textOf([{ name: "u", services: ["*"], state }]);
  const escaped = 'a\\\\b\\"c\\nd\re{}=,# é𝄞';
  assert.ok(text.includes(`\nrollcall_status{name="u/${escaped}",kind="target",status="NOT_SERVING"} 1\n`), text);
  assert.ok(text.includes(`\nrollcall_age_seconds{name="u/${escaped}",upstream="u"} 3\n`), text);
});

Deno.test("GET /metrics tells late and suspect targets, degraded names and Rollcall's own problems", async () => {
  const unconfirmed = { kind: "failed", failure: "timeout", latencyMs: 1.23456789 } as const;
  const text = await textOf([
    { name: "late", state: answered("SERVING", { checkedAtMs: NOW_MS - 60_000 }) },
    { name: "suspect", state: stateOf("SERVING", unconfirmed, { isSuspect: true, checkedAtMs: NOW_MS }) },
    { name: "optional", critical: false, state: failed("tls") },
  ], { problems: ["store: cannot be read"] });
  for (
    const line of [
      'rollcall_late{name="late/",upstream="late"} 1',
      'rollcall_suspect{name="suspect/",upstream="suspect"} 1',
      'rollcall_latency_seconds{name="suspect/",upstream="suspect"} 0.001235',
      'rollcall_degraded{name="readiness",kind="fleet"} 1',
      "rollcall_problems 1",
    ]
  ) assert.ok(text.includes(`\n${line}\n`), `no ${line} in ${text}`);
  assert.match(await textOf([], { isRegistryInvalid: true }), /^rollcall_problems 1$/m);
});

Deno.test("GET /metrics tells maintenance beside NOT_SERVING, and counts targets as they were seen", async () => {
  const window = { id: "1", name: "a", fromMs: 0, untilMs: NOW_MS + 1, reason: "new disks" };
  const text = await textOf([{ name: "a", state: answered("SERVING") }, { name: "b", state: answered("SERVING") }], {
    maintenance: [window],
  });
  for (
    const line of [
      'rollcall_status{name="a",kind="upstream",status="NOT_SERVING"} 1',
      'rollcall_in_maintenance{name="a",kind="upstream"} 1',
      'rollcall_in_maintenance{name="a/",kind="target"} 1',
      'rollcall_in_maintenance{name="b",kind="upstream"} 0',
      'rollcall_in_maintenance{name="readiness",kind="fleet"} 0',
      'rollcall_targets{status="SERVING"} 2',
    ]
  ) assert.ok(text.includes(`\n${line}\n`), `no ${line} in ${text}`);
});

Deno.test("GET /metrics counts an age by the report's clock, never below zero", async () => {
  const age = async (checkedAtMs: number) =>
    /^rollcall_age_seconds.* (\S+)$/m.exec(await textOf([{ name: "a", state: answered("SERVING", { checkedAtMs }) }]))
      ?.[1];
  assert.equal(await age(NOW_MS - 12_345), "12.345");
  assert.equal(await age(NOW_MS + 900), "0");
});

Deno.test("GET /metrics shows nobody an address, a message or a place", async () => {
  for (const headers of [{}, { authorization: `Bearer ${READ_TOKEN}` }]) {
    const text = await (await surfaces(reportOn(FLEET))("/metrics", { headers })).text();
    for (const detail of ["internal.example", "8443", "10.0.0.7", "upstream-secret", "test"]) {
      assert.ok(!text.includes(detail), detail);
    }
  }
});

Deno.test("GET /metrics has another tag in each format, and for each state of the fleet", async () => {
  const etag = async (state: FleetMember["state"], accept: string) =>
    (await surfaces(reportOn([{ name: "a", ...(state && { state }) }]))("/metrics", { headers: { accept } })).headers
      .get("etag");
  const up = answered("SERVING");
  const tags = [await etag(up, ""), await etag(up, "application/openmetrics-text"), await etag(failed("dns"), "")];
  assert.equal(new Set(tags).size, 3);
  assert.equal(await etag(answered("SERVING"), ""), tags[0]);
});

Deno.test("HEAD /metrics is GET without a body", async () => {
  const ask = surfaces(reportOn(FLEET));
  const head = await ask("/metrics", { method: "HEAD" });
  const whole = await ask("/metrics");
  assert.deepEqual([...head.headers], [...whole.headers]);
  assert.equal(head.headers.get("content-length"), String((await whole.bytes()).length));
  assert.equal(await head.text(), "");
});
