import assert from "node:assert/strict";
import { Code, ConnectError } from "@connectrpc/connect";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ScheduleMaintenanceRequest } from "../../src/gen/rollcall/v1/maintenance_pb.ts";
import { runRollcall } from "../support/cli.ts";
import { createTestClock } from "../support/test-clock.ts";
import { startWrittenServices, WRITE_TOKEN } from "../support/written-services.ts";

const NOW = "2026-11-21T16:00:00Z";
const clock = { ...createTestClock(Date.parse(NOW)), after: () => () => {} };
const env = { ADMIN_TOKEN: WRITE_TOKEN };
const at = (text: string) => timestampFromDate(new Date(text));

const WINDOWS = [
  { id: "w1", name: "payments", from: at("2026-11-21T15:00:00Z"), until: at("2026-11-21T17:00:00Z"), reason: "disks" },
  { id: "w2", name: "eu", from: at("2026-12-01T02:00:00Z"), until: at("2026-12-01T04:00:00Z"), reason: "a\nmove" },
];

Deno.test("rollcall maintenance lists windows in force and to come", async () => {
  await using server = await startWrittenServices({ maintenance: { listMaintenance: () => ({ windows: WINDOWS }) } });
  for (const args of [["maintenance"], ["maintenance", "list"]]) {
    const { exitCode, stdout } = await runRollcall([...args, "--to", server.url], { env, clock });
    assert.equal(exitCode, 0);
    assert.deepEqual(stdout.split("\n").map((line) => line.split(/ {2,}/)), [
      ["ID", "NAME", "IN FORCE", "FROM", "UNTIL", "REASON"],
      ["w1", "payments", "now", "2026-11-21T15:00:00Z", "2026-11-21T17:00:00Z", "disks"],
      ["w2", "eu", "planned", "2026-12-01T02:00:00Z", "2026-12-01T04:00:00Z", "a move"],
      [""],
    ]);
  }
  const { stdout } = await runRollcall(["maintenance", "list", "--json", "--to", server.url], { env, clock });
  assert.deepEqual(JSON.parse(stdout)[0], {
    id: "w1",
    name: "payments",
    from: "2026-11-21T15:00:00Z",
    until: "2026-11-21T17:00:00Z",
    reason: "disks",
  });
});

Deno.test("rollcall maintenance says so when there is none", async () => {
  await using server = await startWrittenServices({ maintenance: { listMaintenance: () => ({}) } });
  const { exitCode, stdout } = await runRollcall(["maintenance", "--to", server.url], { env });
  assert.deepEqual([exitCode, stdout], [0, "no maintenance now, and none planned\n"]);
});

for (
  const [options, from, until] of [
    [["--for", "2h"], undefined, "2026-11-21T18:00:00.000Z"],
    [["--until", "2026-11-22T01:30+02:00"], undefined, "2026-11-21T23:30:00.000Z"],
    [["--from", "2026-12-01T02:00Z", "--for", "1d"], "2026-12-01T02:00:00.000Z", "2026-12-02T02:00:00.000Z"],
  ] as const
) {
  Deno.test(`rollcall maintenance add ${options.join(" ")} means ${from ?? "now"} to ${until}`, async () => {
    const seen: ScheduleMaintenanceRequest[] = [];
    await using server = await startWrittenServices({
      maintenance: { scheduleMaintenance: (request) => (seen.push(request), { window: WINDOWS[0] }) },
    });
    const args = ["maintenance", "add", "payments", ...options, "--reason", "disks", "--to", server.url];
    assert.deepEqual(await runRollcall(args, { env, clock }), {
      exitCode: 0,
      stdout: "payments is in maintenance from 2026-11-21T15:00:00Z until 2026-11-21T17:00:00Z\n",
      stderr: "",
    });
    const [asked = assert.fail()] = seen;
    assert.deepEqual([asked.name, asked.reason], ["payments", "disks"]);
    assert.equal(asked.from && timestampDate(asked.from).toISOString(), from);
    assert.equal(asked.until && timestampDate(asked.until).toISOString(), until);
  });
}

for (
  const [which, ended, exitCode, said] of [
    ["w1", ["w1"], 0, "the maintenance of payments has ended\n"],
    ["eu", ["w2"], 0, "the maintenance of eu has ended\n"],
    ["twice", [], 1, /"twice" has several windows; tell one by its id/],
    ["w9", [], 1, "error: no window has the id w9\n"],
  ] as const
) {
  Deno.test(`rollcall maintenance end ${which} ends ${ended.length === 0 ? "none" : "one"}`, async () => {
    const seen: string[] = [];
    const twice = ["w3", "w4"].map((id) => ({ id, name: "twice" }));
    await using server = await startWrittenServices({
      maintenance: {
        listMaintenance: () => ({ windows: [...WINDOWS, ...twice] }),
        endMaintenance: ({ id }) => {
          if (id === "w9") throw new ConnectError("no window has the id w9", Code.NotFound);
          seen.push(id);
          return {};
        },
      },
    });
    const result = await runRollcall(["maintenance", "end", which, "--to", server.url], { env });
    assert.deepEqual([result.exitCode, seen], [exitCode, ended]);
    const text = result.stdout + result.stderr;
    if (typeof said === "string") assert.equal(text, said);
    else assert.match(text, said);
  });
}

for (
  const [options, said] of [
    [["--reason", "x"], /nothing tells when it ends; give --for or --until/],
    [["--reason", "x", "--for", "1h", "--until", "2026-12-01T02:00Z"], /both --for and --until tell/],
    [["--for", "1h"], /required option '--reason <text>' not specified/],
    [["--reason", "x", "--until", "2026-12-01"], /'2026-12-01' is invalid; write it as 2026-11-21T18:00/],
    [["--reason", "x", "--for", "2 hours"], /'2 hours' is invalid; write it as 90s, 15m/],
  ] as const
) {
  Deno.test(`rollcall maintenance add ${options.join(" ")} ends with 2`, async () => {
    const args = ["maintenance", "add", "payments", ...options, "--to", "http://127.0.0.1:1"];
    const { exitCode, stderr } = await runRollcall(args, { env });
    assert.equal(exitCode, 2, stderr);
    assert.match(stderr, said);
  });
}

Deno.test("rollcall maintenance add --help has the examples of the whole command", async () => {
  const { exitCode, stdout } = await runRollcall(["maintenance", "add", "--help"]);
  assert.equal(exitCode, 0);
  assert.match(stdout, /--until <time>[^]*rollcall maintenance end payments[^]*Exit codes:/);
});
