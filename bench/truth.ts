import { allCases, FULL_SIZE, usualCases } from "./truth/cases.ts";
import { findings } from "./truth/promises.ts";
import { runAll } from "./truth/run-all.ts";
import { tables } from "./truth/tables.ts";

/**
 * What readers of Rollcall are told, against what is the case: a simulated day of 200 upstreams in each of several worlds,
 * judged by the real loop and by simple rules. Prints tables; exits with 1 when a promise was broken.
 *
 * `--all` runs every deployment and reader; `--seed N` another day.
 */
const options = new Set(Deno.args);
const seed = Number(Deno.args[Deno.args.indexOf("--seed") + 1] ?? FULL_SIZE.seed) || FULL_SIZE.seed;
const cases = options.has("--all") ? allCases() : usualCases();
const results = await runAll(cases, { ...FULL_SIZE, seed }, (done) => console.error(`${done} of ${cases.length} runs`));
console.log(tables(results));
const found = findings(results);
for (const { promise, isKept, against } of found) {
  console.log(`${isKept ? "kept  " : "BROKEN"} ${promise}${against.map((run) => `\n       ${run}`).join("")}`);
}
Deno.exit(found.every(({ isKept }) => isKept) ? 0 : 1);
