import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";
import type { Platform } from "../../src/core/knobs.ts";
import type { Upstream } from "../../src/core/registry.ts";

/** What is wrong with one upstream, and the environment it is in. */
export interface Given {
  readonly upstream: object;
  readonly platform: Platform;
  readonly env?: Readonly<Record<string, unknown>>;
}

/** The problems of the upstream `a`, less what all of them say: as `.field value: state; fix`. */
export function problemsOf({ upstream, platform, env }: Given): string[] {
  const { problems } = parseConfig({ ...env, UPSTREAMS: [{ name: "a", ...upstream }] }, platform);
  return problems.map((problem) => problem.replace(/^Cannot parse UPSTREAMS\[0\]/, "").replace(' of upstream "a"', ""));
}

/** The upstream `a` as it is read, of which nothing may be wrong. */
export function read(given: Given): Upstream {
  assert.deepEqual(problemsOf(given), [], JSON.stringify(given.upstream));
  const { registry: { upstreams: [upstream] } } = parseConfig(
    { ...given.env, UPSTREAMS: [{ name: "a", ...given.upstream }] },
    given.platform,
  );
  assert.ok(upstream !== undefined);
  return upstream;
}
