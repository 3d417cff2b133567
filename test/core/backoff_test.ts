import assert from "node:assert/strict";
import { createBackoff } from "../../src/core/backoff.ts";

Deno.test("nextMs() spreads each pause by a fifth, the first and the longest included", () => {
  for (const [random, factor] of [[0, 0.8], [0.5, 1], [1, 1.2]] as const) {
    const backoff = createBackoff(() => random);
    assert.equal(Math.round(backoff.nextMs()), 1_000 * factor);
    assert.equal(Math.round(backoff.nextMs()), 1_600 * factor);
    for (let attempts = 0; attempts < 20; attempts++) backoff.nextMs();
    assert.equal(Math.round(backoff.nextMs()), 120_000 * factor);
    backoff.reset();
    assert.equal(Math.round(backoff.nextMs()), 1_000 * factor);
  }
});
