import assert from "node:assert/strict";
import type { Report } from "../../src/core/report.ts";
import { answered, failed, reportOn } from "../support/reports.ts";
import { READ_TOKEN, surfaces } from "../support/surfaces.ts";

/** What Jina's HTTP client makes of an answer: `is_flow_ready()`, and what it logs where that is false. */
interface Reading {
  readonly isReady: boolean;
  readonly logged: string;
}

/**
 * Read an answer as jina-ai/serve: jina/clients/base/http.py does, in its order: the body is parsed as JSON of type
 * `application/json`, then the HTTP status is judged, then `code`; whatever is thrown is logged, and false.
 */
async function readAsJina(answer: Response): Promise<Reading> {
  const [mediaType] = (answer.headers.get("content-type") ?? "").split(";");
  const text = await answer.text();
  if (mediaType !== "application/json") return { isReady: false, logged: `unexpected mimetype: ${mediaType}` };
  const body = JSON.parse(text);
  if (answer.status === 404) return { isReady: false, logged: "no such endpoint" };
  if (answer.status < 200 || answer.status > 300) return { isReady: false, logged: text };
  return { isReady: body.code === 0, logged: body.description };
}

const UP = reportOn([{ name: "a", state: answered("SERVING") }]);
const ADDRESS = "|Gateway: Communication error with deployment a at address(es) {'a'}. Head or worker(s) may be down.";
const FAILING: Readonly<Record<string, readonly [Report, string]>> = {
  "is down": [reportOn([{ name: "a", state: failed("unavailable") }]), ADDRESS],
  "says it does not serve": [
    reportOn([{ name: "a", state: answered("NOT_SERVING") }]),
    "|Gateway: Deployment a answered NOT_SERVING.",
  ],
  "was never probed": [reportOn([{ name: "a" }]), "|Gateway: Deployment a has not been probed yet."],
  "has no upstream": [reportOn([]), "|Gateway: no upstreams registered"],
  "has no readable registry": [
    reportOn([], { isRegistryInvalid: true }),
    "|Gateway: registry invalid: see the boot log",
  ],
};

Deno.test("J9: Jina's HTTP client reads a serving fleet as ready, under either failure status", async () => {
  for (const dryRunFailureStatus of [200, 503] as const) {
    const answer = await surfaces(UP, { dryRunFailureStatus })("/dry_run");
    assert.deepEqual([answer.status, await readAsJina(answer)], [200, { isReady: true, logged: "" }]);
  }
});

for (const [what, [report, description]] of Object.entries(FAILING)) {
  for (const headers of [{}, { authorization: `Bearer ${READ_TOKEN}` }, { "if-none-match": "*" }]) {
    const asked = Object.keys(headers)[0] ?? "nothing more";
    Deno.test(`J9: Jina's HTTP client reads a fleet that ${what} as not ready, asked with ${asked}`, async () => {
      const strict = await surfaces(report)("/dry_run", { headers });
      assert.equal(strict.status, 503);
      const reading = await readAsJina(strict);
      assert.equal(reading.isReady, false);
      assert.equal(JSON.parse(reading.logged).code, 1);
    });
  }

  Deno.test(`J9: DRY_RUN_FAILURE_STATUS 200 lets Jina's HTTP client log why a fleet ${what}`, async () => {
    const answer = await surfaces(report, { dryRunFailureStatus: 200 })("/dry_run");
    assert.deepEqual([answer.status, await readAsJina(answer)], [200, { isReady: false, logged: description }]);
  });

  Deno.test(`HEAD /dry_run has GET's status and headers when a fleet ${what}`, async () => {
    for (const dryRunFailureStatus of [200, 503] as const) {
      const ask = surfaces(report, { dryRunFailureStatus });
      const head = await ask("/dry_run", { method: "HEAD" });
      const whole = await ask("/dry_run");
      assert.deepEqual([head.status, [...head.headers]], [dryRunFailureStatus, [...whole.headers]]);
      assert.equal(await head.text(), "");
    }
  });
}

Deno.test("DRY_RUN_FAILURE_STATUS changes the status of /dry_run alone", async () => {
  const [report] = FAILING["is down"] ?? [];
  assert.ok(report);
  const ask = surfaces(report, { dryRunFailureStatus: 200 });
  assert.equal((await ask("/health")).status, 503);
  assert.equal((await ask("/")).status, 200);
});

Deno.test("J9: Jina's HTTP client reads every error answer as not ready, for each is JSON", async () => {
  const ask = surfaces(UP);
  const errors: readonly (readonly [string, RequestInit, number])[] = [
    ["/dry_run/", {}, 404],
    ["/nowhere", {}, 404],
    ["/dry_run", { method: "POST" }, 405],
    ["/dry_run", { headers: { authorization: "Bearer wrong" } }, 401],
    ["/dry_run?timeout=never", {}, 400],
  ];
  for (const [path, init, status] of errors) {
    const answer = await ask(path, init);
    assert.equal(answer.status, status);
    const { isReady, logged } = await readAsJina(answer);
    assert.ok(!isReady && logged !== "" && !logged.includes("mimetype"), logged);
  }
});
