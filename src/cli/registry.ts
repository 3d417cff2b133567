import type { GetRegistryResponse } from "../gen/rollcall/v1/registry_pb.ts";
import { RegistryService } from "../gen/rollcall/v1/registry_pb.ts";
import { ADMIN_TOKEN_HELP, authorised, AUTHORISED_EXIT_CODES, TO_HELP } from "./authorised.ts";
import { createPaint } from "./color.ts";
import type { CliCommand } from "./command.ts";
import { inForceView } from "./registry/in-force-view.ts";
import { tellWarnings } from "./registry/warnings.ts";
import { callRpc } from "./rpc.ts";

/** `rollcall registry`: what a deployment watches by now. */
export const registry: CliCommand = {
  name: "registry",
  summary: "Show which upstreams and groups are in force at a deployed Rollcall, and who wrote them.",
  examples: [
    ["rollcall registry --to health.example.com", "what was deployed, and what was written since"],
    ["rollcall registry --json > fleet.json", "to be edited, and put in force by rollcall apply fleet.json"],
  ],
  exitCodes: { 0: "done", ...AUTHORISED_EXIT_CODES },
  define: (command, run) =>
    command
      .option("--json", "print what was written as a registry file, which rollcall apply takes")
      .option("--to <url>", TO_HELP)
      .option("--token <token>", ADMIN_TOKEN_HELP)
      .action(({ json = false, ...where }) =>
        run(async (io) => {
          const deployment = authorised(where, "admin", io);
          const inForce = await callRpc(RegistryService.method.getRegistry, {}, { deployment, io });
          tellWarnings(inForce.warnings, io);
          io.stdout.write(json ? registryFile(inForce) : inForceView(inForce, createPaint(io.stdout, io)));
          return 0;
        })
      ),
};

/** In the form of REGISTRY_FILE, with the version that whoever applies it has seen. */
function registryFile({ version, registry = {}, deployed }: GetRegistryResponse): string {
  const { upstreams = [], groups = {} } = registry;
  return `${JSON.stringify({ version, UPSTREAMS: upstreams, GROUPS: groups, deployed }, null, 2)}\n`;
}
