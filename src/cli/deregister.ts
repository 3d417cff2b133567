import { RegistryService } from "../gen/rollcall/v1/registry_pb.ts";
import { ADMIN_TOKEN_HELP, authorised, AUTHORISED_EXIT_CODES, TO_HELP } from "./authorised.ts";
import type { CliCommand } from "./command.ts";
import { callRpc } from "./rpc.ts";

/** `rollcall deregister`: remove one upstream from what a deployment watches. */
export const deregister: CliCommand = {
  name: "deregister",
  summary: "Remove an upstream that was registered from those that a deployed Rollcall watches.",
  examples: [["rollcall deregister payments", "the very next verdict goes without it"]],
  exitCodes: { 0: "it is no longer registered", ...AUTHORISED_EXIT_CODES },
  define: (command, run) =>
    command
      .argument("<name>", "as it was registered")
      .option("--to <url>", TO_HELP)
      .option("--token <token>", ADMIN_TOKEN_HELP)
      .action((name, where) =>
        run(async (io) => {
          const deployment = authorised(where, "admin", io);
          const { version } = await callRpc(RegistryService.method.deregisterUpstream, { name }, { deployment, io });
          io.stdout.write(`deregistered ${name}: version ${version}\n`);
          return 0;
        })
      ),
};
