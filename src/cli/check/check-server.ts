import type { Io } from "../io.ts";
import { checkServices } from "./check-services.ts";
import type { Checked } from "./checked.ts";
import { goDuration } from "./go-duration.ts";
import { type CheckOptions, type CheckPlan, planCheck } from "./plan.ts";
import { type CheckResult, resultOf } from "./result.ts";
import { verboseText } from "./verbose-text.ts";

/**
 * Check a server and tell the result: on stderr as grpc_health_probe does, or as JSON on stdout.
 *
 * @returns The highest exit code of its services.
 */
export async function checkServer(options: CheckOptions, io: Io): Promise<number> {
  const plan = await planCheck(options);
  const say = (line: string) => io.stderr.write(`${line}\n`);
  const tell = options.v ? say : () => {};
  const cancelled = () => say("cancellation received");
  for (const line of verboseText(options, plan)) tell(line);
  io.stop.addEventListener("abort", cancelled, { once: true });
  const checked = await checkServices(plan, io, {
    connecting: () => tell("establishing connection"),
    connected: (tookMs) => tell(`connection established (took ${goDuration(tookMs)})`),
  });
  io.stop.removeEventListener("abort", cancelled);
  const services = checked.map((one, at) => ({
    service: plan.services[at] ?? "",
    ...resultOf(one, plan),
    ...timesOf(one),
  }));
  const exitCode = Math.max(...services.map((service) => service.exitCode));
  if (options.json) io.stdout.write(`${JSON.stringify(documentOf(plan, exitCode, services))}\n`);
  else for (const line of services.flatMap((service) => linesOf(service, plan, options))) say(line);
  return exitCode;
}

interface ServiceResult extends CheckResult, Times {
  readonly service: string;
}

/** In milliseconds; undefined where it did not come that far. */
interface Times {
  readonly connectMs?: number;
  readonly rpcMs?: number;
}

function timesOf(checked: Checked): Times {
  if (checked.kind === "not-connected") return {};
  const { connectMs } = checked;
  return checked.kind === "answer" ? { connectMs, rpcMs: checked.rpcMs } : { connectMs };
}

function documentOf({ addr, protocol }: CheckPlan, exitCode: number, services: readonly ServiceResult[]) {
  return { addr, protocol, exitCode, services };
}

/** Of several services each line begins with its name. */
function linesOf(
  { service, text, connectMs, rpcMs, exitCode }: ServiceResult,
  { services }: CheckPlan,
  { v }: CheckOptions,
): string[] {
  const prefix = services.length > 1 ? `${service === "" ? '""' : service}: ` : "";
  const isTimed = v && exitCode === 0 && connectMs !== undefined && rpcMs !== undefined;
  const times = isTimed ? [`${prefix}time elapsed: connect=${goDuration(connectMs)} rpc=${goDuration(rpcMs)}`] : [];
  return [...times, `${prefix}${text}`];
}
