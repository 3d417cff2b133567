import { allCases, FULL_SIZE, usualCases } from "./truth/cases.ts";
import { looksTable, simulatedLooks } from "./truth/looks.ts";
import { writePart } from "./truth/page.ts";
import { findings } from "./truth/promises.ts";
import { realLooks } from "./truth/real.ts";
import { runAll } from "./truth/run-all.ts";
import { tables } from "./truth/tables.ts";

/**
 * What readers of Rollcall are told, against what is the case: a simulated day of 200 upstreams in each of several worlds,
 * judged by the real loop and by simple rules. Prints tables; exits with 1 when a promise was broken.
 *
 * `--all` runs every deployment and reader, `--seed N` another day; `--real` reproduces one row with real processes instead;
 * `--write` puts what came of it into docs/verdicts.md.
 */
const options = new Set(Deno.args);
const seed = Number(Deno.args[Deno.args.indexOf("--seed") + 1]) || FULL_SIZE.seed;
const isKept = options.has("--real") ? await compare() : await simulate();
Deno.exit(isKept ? 0 : 1);

async function simulate(): Promise<boolean> {
  const cases = options.has("--all") ? allCases() : usualCases();
  const onDone = (done: number) => console.error(`${done} of ${cases.length} runs`);
  const results = await runAll(cases, { ...FULL_SIZE, seed }, onDone);
  await show("tables", tables(results));
  const found = findings(results);
  for (const { promise, isKept, against } of found) {
    console.log(`${isKept ? "kept  " : "BROKEN"} ${promise}${against.map((run) => `\n       ${run}`).join("")}`);
  }
  return found.every(({ isKept }) => isKept);
}

/** The row "calm, 5 % lost", for as long as real time allows. */
async function compare(): Promise<boolean> {
  const size = { upstreams: 20, rounds: 250, lossShare: 0.05, seed };
  const real = await realLooks(size);
  await show("real", looksTable(await simulatedLooks(size), real));
  return real[0]?.reds === 0;
}

async function show(part: "tables" | "real", text: string): Promise<void> {
  console.log(text);
  if (options.has("--write")) await writePart(part, text);
}
