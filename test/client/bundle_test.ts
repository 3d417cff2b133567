import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { bundle } from "../support/bundle.ts";

const SIZE_MAX_BYTES = 5_000;

Deno.test("the client library stays small, and what is not used of it leaves nothing in a bundle", async () => {
  const whole = await bundle(`export * from "../../src/client.ts";`, import.meta.url);
  assert.ok(gzipSync(whole).length < SIZE_MAX_BYTES, `${gzipSync(whole).length} bytes gzipped`);
  assert.doesNotMatch(whole, /^import|\brequire\(/);
  assert.equal(await bundle(`import { createClient } from "../../src/client.ts";`, import.meta.url), "");
});
