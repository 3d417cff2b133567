import type { HealthDocument } from "../core/health-document.ts";
import { createPaint } from "./color.ts";
import type { CliCommand } from "./command.ts";
import { fleetView } from "./fleet/fleet-view.ts";
import type { Io } from "./io.ts";
import { createProgress } from "./probe/progress.ts";
import { probeFleet } from "./probe/probe-fleet.ts";
import { localFleet } from "./registry/local-fleet.ts";
import { tellProblems } from "./registry/problems.ts";
import { readRegistrySource } from "./registry/source.ts";

/** `rollcall probe`: a registry's fleet, asked from here and now, without any deployment. */
export const probe: CliCommand = {
  name: "probe",
  summary: "Probe the upstreams of a registry file or a wrangler.toml from this machine, once.",
  examples: [
    ["rollcall probe fleet.toml", "a gate for CI: exit code 0 only if the fleet serves"],
    ["UPSTREAM_PAYMENTS_TOKEN=… rollcall probe wrangler.toml", "its secrets come from the environment"],
    ["rollcall probe fleet.toml --json | jq .counts", "the report as /health would tell it"],
  ],
  exitCodes: {
    0: "the fleet is SERVING",
    1: "it is not, or nothing in it can be reached from here",
    2: "the file cannot be read or is wrong, a secret is not set, a wrong option or argument",
  },
  define: (command, run) =>
    command
      .argument("<file>", "registry in TOML or JSON, or a wrangler.toml")
      .option("--json", "print the report itself")
      .action((file, { json = false }) => run((io) => probeFile(file, json ? "json" : "view", io))),
};

async function probeFile(path: string, format: "json" | "view", io: Io): Promise<number> {
  const { config, unreachable } = localFleet(await readRegistrySource(path), io.env);
  if (config.problems.length > 0) return tellProblems(config.problems, path, io);
  const progress = createProgress(io.stderr);
  const health = await probeFleet({ config, unreachable, onProgress: progress.show }, io);
  progress.clear();
  for (const [name, why] of unreachable) io.stderr.write(`not probed: ${name} is ${why}\n`);
  io.stdout.write(
    format === "json"
      ? `${JSON.stringify(health, null, 2)}\n`
      : fleetView(withoutTimes(health), createPaint(io.stdout, io)),
  );
  const isAnyProbed = config.registry.upstreams.some(({ name }) => !unreachable.has(name));
  return isAnyProbed && health.servingStatus === "SERVING" ? 0 : 1;
}

/** All of it happened just now. */
function withoutTimes(health: HealthDocument): HealthDocument {
  return { ...health, ageMs: null, names: health.names.map((entry) => ({ ...entry, since: null, ageMs: null })) };
}
