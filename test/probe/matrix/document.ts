import { beliefOf } from "./belief.ts";
import { ALL } from "./columns.ts";
import { LATE } from "./row.ts";
import { type Cell } from "./run.ts";

/** Where the matrix is published. */
export const DOCUMENT = new URL("../../../docs/fault-matrix.md", import.meta.url);

/** The matrix as Markdown, of what was seen on both platforms; cells in the table's order. */
export function documentOf(onDeno: readonly Cell[], onWorkerd: readonly Cell[]): string {
  const rows = new Map<string, Map<string, string>>();
  const elsewhere = new Map(onWorkerd.map((cell) => [cell.name, shown(cell)]));
  for (const cell of onDeno) {
    const row = rows.get(cell.row) ?? new Map<string, string>();
    rows.set(cell.row, row.set(cell.column, both(shown(cell), elsewhere.get(cell.name) ?? "not run")));
  }
  const lines = [...rows].map(([name, row]) => line([name, ...ALL.map((column) => row.get(column) ?? "–")]));
  return [INTRODUCTION, line(["fault", ...ALL]), line(["---", ...ALL.map(() => "---")]), ...lines, ""].join("\n");
}

const INTRODUCTION = `# The fault matrix

What Rollcall makes of an upstream, by what is wrong with it and how it is asked. Written by \`deno task matrix\`, which puts
every upstream of this page into one registry and refreshes it once on Deno and once on workerd; a test fails when this page
and the runs differ. Each run also checks that a failure was probed four times before it was believed, that every probe said
the same, that only the cells marked † were cut off at the probe's deadline, that no connection stayed open and no upstream
could send more than the kernel's own buffers hold, and that the upstreams that nothing is wrong with (first row) are SERVING.

- A failure kind alone (\`unavailable\`, \`timeout\`, \`overloaded\` …) means NOT_SERVING once confirmed.
- \`status_unknown\`, \`health_unimplemented\` and \`probe_denied\` mean UNKNOWN; the upstream was reached.
- † cut off at the probe's deadline.
- / where workerd does not tell the cause, it comes second; the status is the same.
- – cannot happen in this protocol.

An HTTP status in native gRPC is the \`:status\` of its HEADERS. \`grpc List\` discovers names by \`Health/List\`; \`http\` reads
health+json and takes any 2xx of another type, \`http JSON value\` looks for a value in the body; \`jina\` asks a Flow for a dry run.
`;

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function both(onDeno: string, onWorkerd: string): string {
  return onDeno === onWorkerd ? onDeno : `${onDeno} / ${onWorkerd}`;
}

/** A failure's status goes without saying, and so does that of an answer with a reason, unless it is not UNKNOWN. */
function shown(cell: Cell): string {
  const belief = beliefOf(cell);
  if (belief === LATE) return "timeout †";
  return belief.replace(/^NOT_SERVING (?!service)/, "").replace(/^UNKNOWN /, "");
}
