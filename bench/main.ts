import { builtWorker } from "../test/support/build.ts";
import { bundleSize } from "./bundle-size.ts";
import { hotRead } from "./hot-read.ts";
import { type Row, table } from "./lab/table.ts";
import { refreshCpu } from "./refresh-cpu.ts";

/** Everything that is measured; `deno task bench bundle-size hot-read` runs these only. */
const PARTS: Readonly<Record<string, { readonly title: string; readonly run: () => Row[] | Promise<Row[]> }>> = {
  "bundle-size": { title: "Size of the Worker", run: bundleSize },
  "refresh-cpu": { title: "CPU of one refresh on workerd", run: refreshCpu },
  "hot-read": { title: "Hot reads, against a bare server in the same run", run: hotRead },
};

const names = Deno.args.length > 0 ? Deno.args : Object.keys(PARTS);
await builtWorker();
const tables: string[] = [];
for (const name of names) {
  const part = PARTS[name];
  if (part === undefined) {
    throw new Error(`Cannot run ${JSON.stringify(name)}: there are ${Object.keys(PARTS).join(", ")}`);
  }
  console.error(`Running ${name} …`);
  tables.push(table(part.title, await part.run()));
}
console.log(tables.join("\n"));
// Miniflare keeps timers of its own.
Deno.exit(0);
