import assert from "node:assert/strict";
import { suspectReport } from "../../src/core/observer.ts";
import type { TargetState } from "../../src/core/snapshot.ts";
import { dryRun } from "../../src/surface/dry-run.ts";
import { answered, failed, NOW_MS, reportOn, stateOf } from "../support/reports.ts";
import { READ_TOKEN, surfaces } from "../support/surfaces.ts";

const TRUSTED = { headers: { authorization: `Bearer ${READ_TOKEN}` } };

Deno.test("J2: GET /dry_run answers exactly Jina's success when all serve", async () => {
  const answer = await surfaces(reportOn([{ name: "checkout", state: answered("SERVING") }]))("/dry_run");
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "application/json");
  assert.equal(await answer.text(), '{"code":0,"description":"","exception":null}');
});

Deno.test("J3: GET /dry_run names an upstream that is down, with 503 and Jina's keys in Jina's order", async () => {
  const report = reportOn([{ name: "a", state: answered("SERVING") }, {
    name: "checkout",
    state: failed("unavailable"),
  }]);
  const answer = await surfaces(report)("/dry_run");
  const text = "|Gateway: Communication error with deployment checkout at address(es) {'checkout'}. " +
    "Head or worker(s) may be down.";
  assert.equal(answer.status, 503);
  assert.equal(
    await answer.text(),
    JSON.stringify({
      code: 1,
      description: text,
      exception: { name: "InternalNetworkError", args: [text], stacks: [], executor: "" },
    }),
  );
});

Deno.test("J3: GET /dry_run answers 200 for a failing fleet when DRY_RUN_FAILURE_STATUS is 200, as Jina does", async () => {
  const report = reportOn([{ name: "checkout", state: failed("unavailable") }]);
  const answer = await surfaces(report, { dryRunFailureStatus: 200 })("/dry_run");
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("cache-control"), "no-cache");
  assert.equal(answer.headers.get("retry-after"), null);
  assert.equal((await answer.json()).code, 1);
});

Deno.test("J4: GET /dry_run says that an upstream timed out, and how Jina's users change the time", async () => {
  const { description } = await (await surfaces(reportOn([{ name: "c", state: failed("timeout") }]))("/dry_run"))
    .json();
  assert.equal(
    description,
    "|Gateway: Connection with deployment c at address(es) {'c'} could be established, but timed out. You can increase " +
      "the allowed time by setting `timeout_send` in your Flow YAML `with` block or Flow `__init__()` method.",
  );
});

Deno.test("GET /dry_run shows a trusted caller address, message and attempts, and a stranger none of them", async () => {
  const ask = surfaces(reportOn([{ name: "checkout", state: failed("unavailable", "refused by 10.0.0.7") }]));
  const trusted = await (await ask("/dry_run", TRUSTED)).json();
  assert.equal(
    trusted.description,
    "refused by 10.0.0.7 |Gateway: Communication error with deployment checkout at address(es) " +
      "{'checkout.internal.example:8443'}. Head or worker(s) may be down.",
  );
  assert.deepEqual(trusted.exception.stacks, ["checkout attempt 1: unavailable after 34 ms: refused by 10.0.0.7"]);
  const stranger = await (await ask("/dry_run")).text();
  for (const detail of ["10.0.0.7", "internal.example", "8443", "34 ms"]) assert.ok(!stranger.includes(detail), detail);
});

const MESSAGE = "its own words";
const said = (reason: "status_unknown" | "service_not_registered" | "health_unimplemented" | "probe_denied") =>
  stateOf(reason === "service_not_registered" ? "NOT_SERVING" : "UNKNOWN", {
    kind: "answered",
    status: reason === "service_not_registered" ? "NOT_SERVING" : "UNKNOWN",
    reason,
    message: MESSAGE,
    latencyMs: 1,
  });
const timedOut = { kind: "failed", failure: "timeout", message: MESSAGE, latencyMs: 1 } as const;

const WORDINGS: readonly (readonly [string, TargetState | undefined, string])[] = [
  [
    "dns",
    failed("dns", MESSAGE),
    `${MESSAGE} |Gateway: Communication error with deployment c at address(es) {'c.internal.example:8443'}. Head or worker(s) may be down.`,
  ],
  [
    "tls",
    failed("tls"),
    "|Gateway: Communication error with deployment c at address(es) {'c.internal.example:8443'}. Head or worker(s) may be down.",
  ],
  [
    "timeout",
    failed("timeout", "Deadline"),
    "Deadline|Gateway: Connection with deployment c at address(es) {'c.internal.example:8443'} could be established, but timed out. You can increase the allowed time by setting `timeout_send` in your Flow YAML `with` block or Flow `__init__()` method.",
  ],
  ["overloaded", failed("overloaded"), "|Gateway: Deployment c is overloaded."],
  ["rpc_error", failed("rpc_error"), "|Gateway: Deployment c answered with an RPC error."],
  ["protocol_mismatch", failed("protocol_mismatch"), "|Gateway: Deployment c did not answer in its protocol."],
  ["NOT_SERVING", answered("NOT_SERVING"), "|Gateway: Deployment c answered NOT_SERVING."],
  ["bare UNKNOWN", answered("UNKNOWN"), "|Gateway: Deployment c answered UNKNOWN."],
  ["status_unknown", said("status_unknown"), `${MESSAGE} |Gateway: Deployment c answered UNKNOWN.`],
  [
    "service_not_registered",
    said("service_not_registered"),
    `${MESSAGE}\n|Gateway: Deployment c does not know the service.`,
  ],
  ["health_unimplemented", said("health_unimplemented"), `${MESSAGE} |Gateway: Deployment c has no health service.`],
  ["probe_denied", said("probe_denied"), `${MESSAGE} |Gateway: Deployment c refused the probe.`],
  ["never probed", undefined, "|Gateway: Deployment c has not been probed yet."],
  ["expired", answered("SERVING", { checkedAtMs: 0 }), "|Gateway: Deployment c has not been probed yet."],
  [
    "suspect",
    stateOf("UNKNOWN", timedOut, { isSuspect: true }),
    `${MESSAGE} |Gateway: Deployment c was UNKNOWN, and a failed probe since is not confirmed yet.`,
  ],
  [
    "rising",
    stateOf("NOT_SERVING", { kind: "answered", status: "SERVING", latencyMs: 1 }, { isDownByFailure: true, rises: 1 }),
    "|Gateway: Deployment c answers SERVING again, not yet often enough.",
  ],
];

for (const [cause, state, text] of WORDINGS) {
  Deno.test(`dryRun() words a culprit that is one by ${cause}`, () => {
    const report = reportOn([{ name: "c", ...(state === undefined ? {} : { state }) }]);
    assert.deepEqual(dryRun(report, true).exception?.args, [text]);
  });
}

Deno.test("dryRun() names culprits in registry order, a service after its upstream, and joins them by line breaks", () => {
  const report = reportOn([
    { name: "pay", services: ["", "acme.Pay"], state: answered("NOT_SERVING") },
    { name: "optional", critical: false, state: answered("NOT_SERVING") },
    { name: "checkout", state: answered("UNKNOWN") },
  ]);
  const { code, description, exception } = dryRun(report, false);
  assert.equal(code, 1);
  assert.deepEqual(exception?.args, [
    "|Gateway: Deployment pay answered NOT_SERVING.",
    "|Gateway: Deployment pay/acme.Pay answered NOT_SERVING.",
    "|Gateway: Deployment checkout answered UNKNOWN.",
  ]);
  assert.equal(description, exception?.args.join("\n"));
});

Deno.test("dryRun() gives the port a URL leaves out", () => {
  const address = (url: string) =>
    dryRun(reportOn([{ name: "c", url, state: failed("unavailable") }]), true).description;
  assert.match(address("https://a.example/grpc"), /\{'a\.example:443'\}/);
  assert.match(address("http://a.example"), /\{'a\.example:80'\}/);
  assert.match(address("http://[2001:db8::1]:9000"), /\{'\[2001:db8::1\]:9000'\}/);
});

Deno.test("dryRun() says why a fleet cannot be judged when it has no upstream, or no registry", () => {
  assert.equal(dryRun(reportOn([]), false).description, "|Gateway: no upstreams registered");
  const invalid = dryRun(reportOn([], { isRegistryInvalid: true }), true);
  assert.deepEqual([invalid.code, invalid.description], [1, "|Gateway: registry invalid: see the boot log"]);
  assert.deepEqual(invalid.exception?.args, [invalid.description]);
  const unread = reportOn([], {
    isRegistryInvalid: true,
    problems: ["registry unreachable: why", "store unreachable"],
  });
  assert.equal(dryRun(unread, false).description, "|Gateway: registry unreachable: why");
});

const WINDOW = { id: "1", name: "c", fromMs: NOW_MS - 1, untilMs: NOW_MS + 3_600_000, reason: "new disks" };
const SAID = "in maintenance until 2026-11-21T13:00:00Z: new disks";

Deno.test("dryRun() says until when, and why, a fleet is in maintenance, and shows the token's holder what was seen", () => {
  const report = reportOn([{ name: "c", state: failed("unavailable", "refused") }], { maintenance: [WINDOW] });
  assert.deepEqual(dryRun(report, false).exception?.args, [`|Gateway: Deployment c is ${SAID}`]);
  assert.deepEqual(dryRun(report, true).exception?.args, [`refused |Gateway: Deployment c is ${SAID}`]);
});

Deno.test("dryRun() says so of a fleet made of nothing that is in maintenance", () => {
  const groups = [{ name: "", policy: { kind: "all" }, members: [] }] as const;
  const report = reportOn([{ name: "c" }], { groups, maintenance: [{ ...WINDOW, name: "" }] });
  assert.deepEqual(dryRun(report, false).exception?.args, [`|Gateway: the fleet is ${SAID}`]);
});

Deno.test("dryRun() blames no upstream while the observer doubts itself", () => {
  const report = suspectReport(reportOn([{ name: "c", state: failed("dns") }]));
  const { code, exception } = dryRun(report, false);
  assert.equal(code, 1);
  assert.match(exception?.args.join() ?? "", /^\|Gateway: observer_suspect: /);
});

Deno.test("dryRun() names what fails, not what is in maintenance beside it, and is ready when nothing else fails", () => {
  const c = { name: "c", state: failed("unavailable") };
  const report = reportOn([c, { name: "d", state: failed("overloaded") }], { maintenance: [WINDOW] });
  assert.deepEqual(dryRun(report, false).exception?.args, ["|Gateway: Deployment d is overloaded."]);
  assert.equal(
    dryRun(reportOn([c, { name: "d", state: answered("SERVING") }], { maintenance: [WINDOW] }), false).code,
    0,
  );
});

Deno.test("dryRun() names culprits, not symptoms: of a pool that is down for one member both need, that one", () => {
  const groups = [
    {
      name: "",
      policy: { kind: "any" },
      members: [{ name: "pair", isCritical: true }, { name: "x", isCritical: true }],
    },
    { name: "pair", policy: { kind: "all" }, members: ["x", "y"].map((name) => ({ name, isCritical: true })) },
  ] as const;
  const report = reportOn([{ name: "x", state: failed("dns") }, { name: "y", state: failed("overloaded") }], {
    groups,
  });
  const { args } = dryRun(report, false).exception ?? {};
  assert.equal(args?.length, 1);
  assert.match(args?.[0] ?? "", /deployment x /);
});
