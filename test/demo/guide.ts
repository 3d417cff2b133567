import type { Fleet } from "./fleet.ts";
import { KNOBS, READ_TOKEN } from "./worker.ts";

export interface GuideOptions {
  /** Where Rollcall answers, without a slash at the end. */
  readonly url: string;
  readonly upstreams: Fleet["upstreams"];
  readonly isLogging: boolean;
}

/** What is running, and what to try on it; every command can be pasted into a shell at the project's folder. */
export function guide({ url, upstreams, isLogging }: GuideOptions): string {
  const fleet = upstreams.map(({ name, url, what }) => `  ${name.padEnd(9)} ${url.padEnd(23)} ${what}`);
  const commands = commandsFor(url).map(([what, command]) => `  # ${what}\n  ${command}\n`);
  return [
    `Rollcall on workerd answers at ${url}, and watches four servers:`,
    "",
    ...fleet,
    "",
    `Ages are short here, so that you see the turns: TTL_MS=${KNOBS.TTL_MS}, STALE_MS=${KNOBS.STALE_MS} (15000 and 30000 by default).`,
    `What was seen is kept in .wrangler/demo. The Worker's log is ${
      isLogging ? "below" : "hidden; DEMO_LOG=1 shows it"
    }.`,
    "",
    "Try, in another terminal, in this folder:",
    "",
    ...commands,
    "Ctrl-C stops everything.",
  ].join("\n");
}

const TOKEN = `-H 'Authorization: Bearer ${READ_TOKEN}'`;

/** Calls with the project's own proto; `npx` runs what the project pins, installed or not. */
const BUF = "npx -y deno@2.9.6 run -A npm:@bufbuild/buf@1.74.0 curl --schema proto";

function commandsFor(url: string): readonly (readonly [what: string, command: string])[] {
  const health = `${url}/grpc.health.v1.Health`;
  const payments = `-d '{"service":"payments"}'`;
  const query = `connect=v1&encoding=json&message=${encodeURIComponent('{"service":"acme.Shop"}')}`;
  return [
    ["Rollcall itself is up", `curl -s ${url}/`],
    ["Does the whole fleet serve? 200 or 503, in the shape Jina's clients expect", `curl -si ${url}/dry_run`],
    ["Every name with its status, and who is to blame", `curl -s ${url}/health`],
    ["The same with addresses, messages and attempts, for who holds the read token", `curl -s ${TOKEN} ${url}/health`],
    ["Probe again now, whatever is known", `curl -s -H 'Cache-Control: no-cache' ${TOKEN} ${url}/dry_run`],
    ["One upstream, by Connect's JSON", `curl -s ${health}/Check -H 'Content-Type: application/json' ${payments}`],
    ["A group, by Connect's GET", `curl -s '${health}/Check?${query}'`],
    ["The same RPC by gRPC-web", `${BUF} --protocol grpcweb ${payments} ${health}/Check`],
    ["… and by Connect's binary protocol", `${BUF} --protocol connect ${payments} ${health}/Check`],
    ["The fleet, every upstream, service and group at once", `${BUF} --protocol grpcweb ${health}/List`],
    ["Each turn of payments as it is seen, for 55 s", `${BUF} --protocol grpcweb ${payments} ${health}/Watch`],
  ];
}
