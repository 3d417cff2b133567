import { Option } from "@commander-js/extra-typings";
import { RegistryService } from "../gen/rollcall/v1/registry_pb.ts";
import { PROTOCOLS, TOLD_PROTOCOLS } from "../core/registry.ts";
import { ADMIN_TOKEN_HELP, authorised, AUTHORISED_EXIT_CODES, type AuthorisedOptions, TO_HELP } from "./authorised.ts";
import type { CliCommand } from "./command.ts";
import type { Io } from "./io.ts";
import { readDuration } from "./read-time.ts";
import { tellWarnings } from "./registry/warnings.ts";
import { callRpc } from "./rpc.ts";

/** `rollcall register`: add one upstream to what a deployment watches. */
export const register: CliCommand = {
  name: "register",
  summary: "Add an upstream to those that a deployed Rollcall watches, without a deploy.",
  examples: [
    ["rollcall register payments grpc://payments.example.com:50051", "watched from the next question on"],
    ["rollcall register search https://search.example.com --service acme.Search --protocol connect", "one service"],
    ["rollcall register nightly-backup --protocol push --ttl 24h", "one that tells its status itself: rollcall set"],
  ],
  exitCodes: { 0: "it is registered, though there may be warnings", ...AUTHORISED_EXIT_CODES },
  define: (command, run) =>
    command
      .argument("<name>", "unique, without a /")
      .argument("[url]", "scheme://host[:port][/path]; none for push and satellite")
      .addOption(new Option("--protocol <protocol>", "how it is asked; default: by the URL").choices(CHOICES))
      .option("--service <name>", "what is asked about, repeatable (default: the server as a whole)", collect)
      .option("--ttl <time>", "how long its status is fresh; of push and satellite, how long it holds", readDuration)
      .option("--replace", "take the place of the upstream that was registered under this name")
      .option("--to <url>", TO_HELP)
      .option("--token <token>", ADMIN_TOKEN_HELP)
      .action((name, url, options) => run((io) => registerOne({ name, url, ...options }, io))),
};

const CHOICES = ["auto", ...PROTOCOLS, ...TOLD_PROTOCOLS] as const;

function collect(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

interface RegisterOptions extends AuthorisedOptions {
  readonly name: string;
  readonly url: string | undefined;
  readonly protocol?: (typeof CHOICES)[number] | undefined;
  readonly service?: readonly string[] | undefined;
  readonly ttl?: number | undefined;
  readonly replace?: true | undefined;
}

async function registerOne({ name, url, replace, ...options }: RegisterOptions, io: Io): Promise<number> {
  const { protocol, service: services, ttl: ttlMs } = options;
  const upstream = {
    name,
    ...(url !== undefined && { url }),
    ...(protocol !== undefined && { protocol }),
    ...(services !== undefined && { services: servicesOf(services) }),
    ...(ttlMs !== undefined && { ttlMs }),
  };
  const deployment = authorised(options, "admin", io);
  const { version, warnings } = await callRpc(
    RegistryService.method.registerUpstream,
    { upstream, replace: replace === true },
    { deployment, io },
  );
  tellWarnings(warnings, io);
  io.stdout.write(`registered ${name}: version ${version}\n`);
  return 0;
}

/** `"*"` stands for whatever the upstream lists, and a registry has it alone. */
function servicesOf(services: readonly string[]): string | string[] {
  return services.length === 1 && services[0] === "*" ? "*" : [...services];
}
