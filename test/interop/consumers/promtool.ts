import { pythonVersion } from "../pinned.ts";
import type { Consumer, Use } from "./consumer.ts";
import { jinaPython } from "./jina.ts";

/** Prometheus' own linter. */
export const PROMTOOL: Consumer = {
  name: "promtool",
  version: "Debian's",
  prepare: async () => {
    await new Deno.Command("promtool", { args: ["--version"] }).output();
  },
  uses: [
    metricsUse("Deno", "promtool check metrics", "text/plain", () => ["promtool", "check", "metrics"]),
    metricsUse("workerd", "promtool check metrics", "text/plain", () => ["promtool", "check", "metrics"]),
    {
      what: "promtool check rules, of docs/metrics.md",
      of: "Deno",
      up: "exit 0: 6 rules found",
      down: "exit 0: 6 rules found",
      begin: () => Promise.resolve({ see: judgedRules }),
    },
  ],
};

async function judgedRules(): Promise<string> {
  const page = await Deno.readTextFile(new URL("../../../docs/metrics.md", import.meta.url));
  const rules = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? "";
  const args = ["check", "rules", "/dev/stdin"];
  const seen = await judged("promtool", { args, input: new Blob([rules]).stream() });
  return seen.replace(/Checking.*SUCCESS: /s, "");
}

/** The parsers of Prometheus' Python library; that of OpenMetrics is the strictest there is. */
export const PROMETHEUS_CLIENT: Consumer = {
  name: "prometheus_client",
  version: pythonVersion("jina", "prometheus_client"),
  prepare: async () => {
    await jinaPython();
  },
  uses: (["Deno", "workerd"] as const).flatMap((of) => [
    metricsUse(of, "python parse_metrics.py text", "text/plain", () => parser("text")),
    metricsUse(of, "python parse_metrics.py openmetrics", "application/openmetrics-text", () => parser("openmetrics")),
  ]),
};

const SCRIPT = new URL("../peers/jina/parse_metrics.py", import.meta.url).pathname;

async function parser(format: string): Promise<string[]> {
  return [await jinaPython(), SCRIPT, format];
}

/** A program that reads metrics from stdin and finds nothing wrong with them, whatever the fleet does. */
function metricsUse(of: Use["of"], shown: string, accept: string, command: () => string[] | Promise<string[]>): Use {
  const url = of === "Deno" ? "http://127.0.0.1:8787" : "https://rollcall.example.workers.dev";
  return {
    what: `curl -s -H 'accept: ${accept}' ${url}/metrics | ${shown}`,
    of,
    up: "exit 0",
    down: "exit 0",
    begin: async ({ http }) => {
      const [program = "", ...args] = await command();
      return {
        see: async () => {
          const metrics = await fetch(`${http[of]}/metrics`, { headers: { accept } });
          return await judged(program, { args, input: metrics.body });
        },
      };
    },
  };
}

/** Its exit code, and what it complains of. */
async function judged(
  program: string,
  { args, input }: { args: string[]; input: ReadableStream<Uint8Array> | null },
): Promise<string> {
  const child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  await input?.pipeTo(child.stdin);
  const { code, stdout, stderr } = await child.output();
  const complaint = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim()).join(" ").trim();
  return complaint === "" ? `exit ${code}` : `exit ${code}: ${complaint}`;
}
