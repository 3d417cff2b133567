import assert from "node:assert/strict";
import { answered, failed, fixedLoad, reportOn } from "../support/reports.ts";
import { surfaces } from "../support/surfaces.ts";

Deno.test("J1: GET / answers 200 and {} for every Accept, and loads no report", async () => {
  const { load, asked } = fixedLoad(reportOn([{ name: "checkout", state: failed("unavailable") }]));
  const ask = surfaces(load);
  for (const accept of ["*/*", "text/html", "application/grpc", "image/png"]) {
    const answer = await ask("/", { headers: { accept, authorization: "Bearer wrong" } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "application/json");
    assert.equal(answer.headers.get("cache-control"), "no-cache");
    assert.equal(answer.headers.get("link"), '</health>; rel="status"');
    assert.equal(await answer.text(), "{}");
  }
  assert.deepEqual(asked, []);
});

Deno.test("HEAD answers as GET does, without a body, on every HTTP path", async () => {
  for (const state of [answered("SERVING"), failed("timeout")]) {
    const ask = surfaces(reportOn([{ name: "checkout", state }]));
    for (const path of ["/", "/dry_run", "/health", "/grpc.health.v1.Health/Check?encoding=json&message=%7B%7D"]) {
      const [get, head] = [await ask(path), await ask(path, { method: "HEAD" })];
      assert.equal(head.status, get.status, path);
      assert.deepEqual([...head.headers], [...get.headers], path);
      assert.equal(get.headers.get("content-length"), String((await get.bytes()).length), path);
      assert.equal((await head.bytes()).length, 0, path);
    }
  }
});
