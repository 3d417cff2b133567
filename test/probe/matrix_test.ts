import assert from "node:assert/strict";
import { beliefOf, kindOf } from "./matrix/belief.ts";
import { settlerOnWorkerd } from "./matrix/on-workerd.ts";
import { type Cell, runMatrix } from "./matrix/run.ts";
import { type Platform, type Settler, settlerOnDeno } from "./matrix/settler.ts";
import { DOCUMENT, documentOf } from "./matrix/document.ts";

/** More than a kernel's buffers hold of what nobody reads: on Linux, 4 MB to send and 6 MB received. */
const READ_MAX_BYTES = 1 << 24;

const cells: Partial<Record<Platform, readonly Cell[]>> = {};

Deno.test("one refresh on Deno tells every fault of every protocol, and lets none disturb another", async (t) => {
  cells.Deno = await runOn(settlerOnDeno());
  await checkAll(t, cells.Deno);
});

// workerd is a process of its own, which the sanitizers take for a leak, and which goes on ending after its test.
const onWorkerd = { sanitizeOps: false, sanitizeResources: false };

Deno.test({
  name: "one refresh on workerd tells every fault as on Deno, but for kinds that workerd does not tell",
  ...onWorkerd,
  fn: async (t) => {
    cells.workerd = await runOn(await settlerOnWorkerd());
    await checkAll(t, cells.workerd);
  },
});

Deno.test({
  name: "docs/fault-matrix.md says what these runs saw",
  ...onWorkerd,
  fn: async () => {
    const { Deno: seenOnDeno, workerd: seenOnWorkerd } = cells;
    assert.ok(seenOnDeno !== undefined && seenOnWorkerd !== undefined, "the matrix has not run on both platforms");
    const document = documentOf(seenOnDeno, seenOnWorkerd);
    if (Deno.env.has("WRITE_FAULT_MATRIX")) await Deno.writeTextFile(DOCUMENT, document);
    const complaint = "it is out of date: run `deno task matrix`, and commit what that wrote";
    assert.equal(await Deno.readTextFile(DOCUMENT), document, complaint);
  },
});

async function runOn(settler: Settler): Promise<readonly Cell[]> {
  try {
    return await runMatrix(settler);
  } finally {
    await settler.end();
  }
}

async function checkAll(t: Deno.TestContext, cells: readonly Cell[]): Promise<void> {
  for (const cell of cells) await t.step(`${cell.name}: ${cell.expected}`, () => check(cell));
}

function check(cell: Cell): void {
  const { settled: { observation, attempts }, expected, mostSentBytes } = cell;
  assert.equal(beliefOf(cell), expected, JSON.stringify(cell.settled));
  const kinds = attempts.map((attempt) => kindOf(attempt, cell));
  assert.deepEqual(kinds, kinds.map(() => kindOf(observation, cell)), "the probes do not agree");
  const isConfirmed = observation.kind === "failed" && observation.failure !== "overloaded";
  // A target that waited long for its slots is believed by fewer, of which some were only silent; `confirm_test.ts` counts.
  assert.ok(isConfirmed ? attempts.length <= 4 : attempts.length === 1, `${attempts.length} attempts`);
  assert.ok(mostSentBytes < READ_MAX_BYTES, `it took ${mostSentBytes} bytes`);
}
