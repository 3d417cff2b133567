import assert from "node:assert/strict";
import type { Report } from "../../src/core/report.ts";
import { isMatch, weakEtag } from "../../src/surface/etag.ts";
import { answered, failed, NOW_MS, reportOn, stateOf } from "../support/reports.ts";
import { READ_TOKEN, surfaces } from "../support/surfaces.ts";

const TRUSTED = { authorization: `Bearer ${READ_TOKEN}` };
const PATHS = ["/dry_run", "/health", "/metrics", "/grpc.health.v1.Health/Check?encoding=json&message=%7B%7D"];

/** What an answer depends on besides its URL. */
const vary = (path: string) => path === "/metrics" ? "Authorization, Accept" : "Authorization";

/** A fleet of one, checked so long before now. */
function serving(ageMs: number): Report {
  return reportOn([{ name: "checkout", state: answered("SERVING", { checkedAtMs: NOW_MS - ageMs }) }]);
}

function headersOf(answer: Response, ...names: string[]): (string | null)[] {
  return names.map((name) => answer.headers.get(name));
}

for (const path of PATHS) {
  Deno.test(`GET ${path} may be kept for what is left of the ttl while it is fresh good news`, async () => {
    const seen = async (ageMs: number) =>
      headersOf(await surfaces(serving(ageMs))(path), "age", "cache-control", "retry-after");
    assert.deepEqual(await seen(0), ["0", "public, max-age=15", null]);
    assert.deepEqual(await seen(1), ["1", "public, max-age=15", null]);
    assert.deepEqual(await seen(14_000), ["14", "public, max-age=15", null]);
    assert.deepEqual(await seen(14_001), ["15", "no-cache", null]);
    assert.deepEqual(await seen(29_000), ["29", "no-cache", null]);
    // A clock behind the place that observed.
    assert.deepEqual(await seen(-900), ["0", "public, max-age=15", null]);
  });

  Deno.test(`GET ${path} is not kept while a failure waits to be confirmed`, async () => {
    const unconfirmed = { kind: "failed", failure: "timeout", latencyMs: 1 } as const;
    const state = stateOf("SERVING", unconfirmed, { isSuspect: true });
    const answer = await surfaces(reportOn([{ name: "checkout", state }]))(path);
    assert.deepEqual([answer.status, ...headersOf(answer, "cache-control")], [200, "no-cache"]);
  });

  Deno.test(`GET ${path} keeps what a trusted caller sees out of shared caches`, async () => {
    const answer = await surfaces(serving(0))(path, { headers: TRUSTED });
    assert.deepEqual(headersOf(answer, "cache-control", "vary"), ["private, max-age=15", vary(path)]);
    assert.deepEqual(headersOf(await surfaces(serving(0))(path), "vary"), [vary(path)]);
  });

  Deno.test(`GET ${path} answers 304 without a body while what matters is the same, however old it grows`, async () => {
    const etag = (await surfaces(serving(0))(path)).headers.get("etag") ?? "";
    const again = await surfaces(serving(9_000))(path, { headers: { "if-none-match": `"other", ${etag}` } });
    assert.equal(again.status, 304);
    assert.equal((await again.bytes()).length, 0);
    assert.deepEqual(headersOf(again, "content-type", "content-length"), [null, null]);
    assert.deepEqual(headersOf(again, "etag", "age", "cache-control", "vary"), [
      etag,
      "9",
      "public, max-age=15",
      vary(path),
    ]);
  });

  Deno.test(`GET ${path} never takes another state's tag for its own`, async () => {
    const etag = (await surfaces(serving(0))(path)).headers.get("etag") ?? "";
    const down = surfaces(reportOn([{ name: "checkout", state: failed("timeout") }]), { dryRunFailureStatus: 200 });
    assert.notEqual((await down(path, { headers: { "if-none-match": etag } })).status, 304);
  });
}

for (const path of ["/dry_run", "/health"]) {
  Deno.test(`GET ${path} of a failing fleet is never 304, and says when to ask again`, async () => {
    const seen = async (ageMs: number) => {
      const state = failed("unavailable", undefined, { checkedAtMs: NOW_MS - ageMs });
      const ask = surfaces(reportOn([{ name: "checkout", state }]));
      const etag = (await ask(path)).headers.get("etag") ?? "";
      const answer = await ask(path, { headers: { "if-none-match": etag } });
      return [answer.status, ...headersOf(answer, "cache-control", "retry-after")];
    };
    assert.deepEqual(await seen(0), [503, "no-cache", "15"]);
    assert.deepEqual(await seen(4_500), [503, "no-cache", "11"]);
    assert.deepEqual(await seen(29_000), [503, "no-cache", "1"]);
  });

  Deno.test(`GET ${path} tells no age when nothing was ever observed`, async () => {
    const answer = await surfaces(reportOn([{ name: "new" }]))(path);
    assert.deepEqual(headersOf(answer, "age", "cache-control", "retry-after"), [null, "no-cache", "1"]);
  });
}

Deno.test("GET /health gives a problem of Rollcall's own another tag", async () => {
  const up = [{ name: "checkout", state: answered("SERVING") }];
  const tags = await Promise.all(
    [[], ["store: cannot be read"]].map(async (problems) =>
      (await surfaces(reportOn(up, { problems }))("/health")).headers.get("etag")
    ),
  );
  assert.notEqual(tags[0], tags[1]);
});

Deno.test("GET /dry_run builds its body once while the names stay the same", async () => {
  const report = serving(0);
  let reads = 0;
  const registry = {
    ...report.registry,
    get upstreams() {
      reads++;
      return report.registry.upstreams;
    },
  };
  const failing = { ...report, names: reportOn([]).names, registry };
  const ask = surfaces(failing);
  for (let time = 0; time < 3; time++) await ask("/dry_run");
  assert.equal(reads, 1);
});

Deno.test("a Connect GET that fails is not kept", async () => {
  const answer = await surfaces(serving(0))(
    "/grpc.health.v1.Health/Check?encoding=json&message=%7B%22service%22%3A%22x%22%7D",
  );
  assert.deepEqual([answer.status, answer.headers.get("cache-control")], [404, "no-store"]);
});

Deno.test("isMatch() compares weakly, takes lists and *, and nothing else", () => {
  const etag = weakEtag("a");
  for (const header of [etag, etag.slice(2), `"x", ${etag}`, "*"]) assert.ok(isMatch(header, etag), header);
  for (const header of [null, "", '"x"', weakEtag("b"), etag.slice(0, -2)]) {
    assert.ok(!isMatch(header, etag), `${header}`);
  }
});
