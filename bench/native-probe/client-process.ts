import process from "node:process";
import { messages, say } from "../lab/lines.ts";
import { median } from "../lab/statistics.ts";
import { type ClientName, CLIENTS } from "./clients.ts";
import type { Checks, ChecksCost } from "./on-deno.ts";

/** One client in a process of its own, so that what it costs is all that the process uses: `<client name> <port>`. */
const [name, port] = Deno.args;
const { create, serving } = CLIENTS[name as ClientName];
const client = create(Number(port));
for await (const message of messages()) say(await run(message as Checks));
Deno.exit(0);

async function run({ times, isFresh }: Checks): Promise<ChecksCost> {
  const check = isFresh ? client.checkFresh : client.check;
  const tookUs: number[] = [];
  const before = process.cpuUsage();
  for (let asked = 0; asked < times; asked++) {
    const startedMs = performance.now();
    const status = await check();
    tookUs.push((performance.now() - startedMs) * 1_000);
    if (status !== serving) throw new Error(`Cannot measure: ${name} was told ${status}`);
  }
  const { user, system } = process.cpuUsage(before);
  tookUs.sort((a, b) => a - b);
  const p99Us = tookUs[Math.floor(times * 0.99)] ?? NaN;
  return { cpuUs: (user + system) / times, medianUs: median(tookUs), p99Us };
}
