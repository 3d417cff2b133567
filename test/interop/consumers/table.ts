import type { Consumer, Use } from "./consumer.ts";
import type { Sights } from "./run.ts";

const INTRODUCTION = `
## Consumers

Each is a program by other hands that asks a Rollcall, unchanged and as a reader would run it; only hosts and ports differ. Two upstreams are watched: \`checkout\`, which serves
(up), is told to say NOT_SERVING (down), and serves again (up again), and \`payments\`, which always serves. A cell tells what the consumer made of it; a number that comes first is its exit code.
`;

/** The part of the page that tells what every consumer saw. */
export function consumersPart(consumers: readonly Consumer[], sights: Sights): string {
  const head = ["consumer", "version", "what is run", "Rollcall on", "up", "down", "up again"];
  const rows = consumers.flatMap(({ name, version, uses }) =>
    uses.map((use, index) => [...index === 0 ? [name, version] : ["", ""], ...row(use, sights)])
  );
  return [INTRODUCTION, line(head), line(head.map(() => "---")), ...rows.map(line), ""].join("\n");
}

function row({ what, of }: Use, sights: Sights): string[] {
  const [up = "", down = "", again = ""] = sights.get(what) ?? [];
  return [code(what), of, code(up), ...[down, again].map((seen) => seen === up ? "as up" : code(seen))];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** As a table's cell can show it. */
function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|").replaceAll("`", "'")}\``;
}
