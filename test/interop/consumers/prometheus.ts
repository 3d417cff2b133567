import { toolVersion } from "../pinned.ts";
import { goTools } from "../prepare.ts";
import type { Consumer, Using } from "./consumer.ts";
import { startListening } from "./listening.ts";
import { recipe } from "./recipe.ts";
import type { Scene } from "./scene.ts";

/** Prometheus' exporter of what a caller gets, by `deploy/blackbox.yml`. */
export const BLACKBOX: Consumer = {
  name: "Prometheus' blackbox exporter",
  version: toolVersion("github.com/prometheus/blackbox_exporter"),
  prepare: async () => {
    await goTools();
  },
  uses: [
    {
      what: "module rollcall_http, target http://127.0.0.1:8787/dry_run",
      of: "Deno",
      up: "probe_success 1",
      down: "probe_success 0",
      begin: async ({ http }) => await blackbox("rollcall_http", `${http.Deno}/dry_run`),
    },
    {
      what: "module rollcall_http, target https://rollcall.example.workers.dev/dry_run",
      of: "workerd",
      up: "probe_success 1",
      down: "probe_success 0",
      begin: async ({ http }) => await blackbox("rollcall_http", `${http.workerd}/dry_run`),
    },
    {
      what: "module rollcall_grpc, target 127.0.0.1:50051",
      of: "Deno",
      up: "probe_success 1",
      down: "probe_success 0",
      begin: async ({ grpc }) => await blackbox("rollcall_grpc", grpc),
    },
  ],
};

async function blackbox(module: string, target: string): Promise<Using> {
  const file = new URL("../../../deploy/blackbox.yml", import.meta.url).pathname;
  const flags = [`--config.file=${file}`, "--web.listen-address=127.0.0.1:0"];
  const { address, end } = await startListening(`${await goTools()}blackbox_exporter`, flags);
  const query = new URLSearchParams({ module, target });
  return {
    see: async () => {
      const metrics = await (await fetch(`http://${address}/probe?${query}`)).text();
      return /^probe_success \d$/m.exec(metrics)?.[0] ?? metrics;
    },
    end,
  };
}

/** Prometheus itself, which scrapes and alerts by `deploy/prometheus.yml` and its rules. */
export const PROMETHEUS: Consumer = {
  name: "Prometheus",
  version: "Debian's",
  prepare: async () => {
    await goTools();
    for (const program of ["prometheus", "promtool"]) await new Deno.Command(program, { args: ["--version"] }).output();
  },
  uses: [{
    what: "prometheus --config.file=deploy/prometheus.yml",
    of: "Deno",
    up: "up: rollcall 1, rollcall-blackbox 1; firing: none",
    down: "up: rollcall 1, rollcall-blackbox 1; firing: RollcallNotReady, UpstreamNotServing checkout",
    begin: scraping,
  }],
};

/** The recipes as they are written, at other ports and in a hurry: not more, for the exporter keeps half a second to itself. */
async function scraping({ http }: Scene): Promise<Using> {
  const folder = await Deno.makeTempDir({ prefix: "prometheus-" });
  const blackbox = await startListening(`${await goTools()}blackbox_exporter`, [
    `--config.file=${new URL("../../../deploy/blackbox.yml", import.meta.url).pathname}`,
    "--web.listen-address=127.0.0.1:0",
  ]);
  await Deno.writeTextFile(
    `${folder}/prometheus-rules.yml`,
    recipe("prometheus-rules.yml", [["for: 1m", "for: 0s"], ["for: 2m", "for: 0s"]]),
  );
  await Deno.writeTextFile(
    `${folder}/prometheus.yml`,
    "global: { evaluation_interval: 500ms }\n" + recipe("prometheus.yml", [
      ["scrape_interval: 30s", "scrape_interval: 2s"],
      ["scrape_timeout: 10s", "scrape_timeout: 2s"],
      ["127.0.0.1:8787", new URL(http.Deno).host],
      ["127.0.0.1:9115", blackbox.address],
    ]),
  );
  const prometheus = await startListening("prometheus", [
    `--config.file=${folder}/prometheus.yml`,
    `--storage.tsdb.path=${folder}/data`,
    "--web.listen-address=127.0.0.1:0",
  ]);
  return {
    see: async () => {
      const up = await query(prometheus.address, "up");
      const alerts = await query(prometheus.address, 'ALERTS{alertstate="firing"}');
      const jobs = up.map(({ metric, value: [, value] }) => `${metric["job"]} ${value}`).sort();
      const firing = alerts.map(({ metric }) => [metric["alertname"], metric["name"]].filter(Boolean).join(" ")).sort();
      return `up: ${jobs.join(", ")}; firing: ${firing.join(", ") || "none"}`;
    },
    end: async () => {
      await prometheus.end();
      await blackbox.end();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [atSeconds: number, value: string];
}

async function query(address: string, text: string): Promise<readonly Series[]> {
  const response = await fetch(`http://${address}/api/v1/query?${new URLSearchParams({ query: text })}`);
  const { data } = await response.json() as { readonly data: { readonly result: readonly Series[] } };
  return data.result;
}
