import assert from "node:assert/strict";
import type { Readable } from "node:stream";
import { Miniflare } from "miniflare";
import { bundle } from "../support/bundle.ts";

// An object whose storage says how many rows each call of the records read and wrote, as the platform counts them.
const WORKER = `
  import { DurableObject } from "cloudflare:workers";
  import { createSqlRecords } from "../../src/store/authority-sql.ts";
  export class Counted extends DurableObject {
    fetch() {
      const cursors = [];
      const exec = (...args) => cursors[cursors.push(this.ctx.storage.sql.exec(...args)) - 1];
      const records = createSqlRecords({ exec });
      const rows = (act) => {
        cursors.length = 0;
        act();
        return [cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0), cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0)];
      };
      const first = rows(() => records.put("status/a", "SERVING"));
      for (let index = 0; index < 100; index++) records.put("fleet/" + index, "x");
      return Response.json({
        first,
        second: rows(() => records.put("status/a", "SERVING")),
        long: rows(() => records.put("status/a", "x".repeat(1024 * 1024))),
        conflict: rows(() => records.put("status/a", "SERVING", 1)),
        nothing: rows(() => records.put("status/none", undefined)),
        list: rows(() => records.list("fleet/1")),
        listOfOne: rows(() => records.list("status/")),
        removed: rows(() => records.put("status/a", undefined)),
        again: rows(() => createSqlRecords({ exec })),
      });
    }
  }
  export default { fetch: (request, env) => env.COUNTED.getByName("one").fetch(request) };
`;

Deno.test("put() on SQLite writes one row, and list() reads no more than its prefix and two beyond", {
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const miniflare = new Miniflare({
    modules: true,
    script: await bundle(WORKER, import.meta.url),
    compatibilityDate: "2026-07-30",
    durableObjects: { COUNTED: { className: "Counted", useSQLite: true } },
    handleRuntimeStdio: (...streams: Readable[]) => streams.forEach((stream) => stream.resume()),
  });
  try {
    const rows = await (await miniflare.dispatchFetch("http://worker/")).json();
    assert.deepEqual(rows, {
      first: [0, 1],
      second: [1, 1],
      long: [1, 1],
      conflict: [1, 0],
      nothing: [0, 0],
      list: [13, 0],
      listOfOne: [1, 0],
      removed: [1, 1],
      again: [0, 0],
    });
  } finally {
    await miniflare.dispose();
  }
});
