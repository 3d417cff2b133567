import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { PROTOCOLS } from "../core/registry.ts";
import { VERSION } from "../core/version.ts";
import { CliError } from "./cli-error.ts";
import { checkServer } from "./check/check-server.ts";
import { parseGoDuration } from "./check/go-duration.ts";
import { rewriteGoFlags } from "./check/go-flags.ts";
import { CHECK_EXIT_CODE } from "./check/result.ts";
import type { CliCommand } from "./command.ts";
import { collectRpcHeader } from "./rpc-header.ts";

/** `rollcall check`: grpc_health_probe with its flags, texts and exit codes, and more protocols and services. */
export const check: CliCommand = {
  name: "check",
  summary: "Ask one server for the health of its services, as grpc_health_probe does.",
  examples: [
    ["rollcall check localhost:50051", "is the server SERVING? over native gRPC, in plaintext"],
    ["rollcall check -addr=localhost:50051 -service=acme.Shop -rpc-timeout=500ms", "as grpc_health_probe is called"],
    [
      "rollcall check api.example.com:443 -tls --service acme.Shop --service acme.Cart",
      "two services; the worst counts",
    ],
    ["rollcall check https://api.example.com --protocol connect --json", "over Connect, the answer as JSON"],
  ],
  exitCodes: {
    0: "SERVING",
    1: "a wrong option or argument",
    2: "cannot connect",
    3: "the call failed, NOT_FOUND included",
    4: "any other status; of several services the highest code",
  },
  usageExitCode: CHECK_EXIT_CODE.WRONG_USE,
  rewrite: (args) => rewriteGoFlags(args, FLAGS),
  define: (command, run) =>
    command
      .helpOption("--help", "say how it is used (-h does too, with exit code 1)")
      .argument("[addr]", "host:port, or the URL of a server")
      .option("--addr <addr>", "the same, as a flag")
      .option("--service <name>", "service to check, repeatable (default: the server as a whole)", collect)
      .addOption(
        new Option("--protocol <protocol>", "default: grpc, or what the URL's scheme says").choices(
          [...PROTOCOLS, "auto"] as const,
        ),
      )
      .option("--user-agent <text>", "user-agent header", "grpc_health_probe")
      .addOption(
        new Option("--connect-timeout <duration>", "for establishing the connection").argParser(parseDuration).default(
          1_000,
          "1s",
        ),
      )
      .addOption(
        new Option("--rpc-timeout <duration>", "for the health rpc").argParser(parseDuration).default(1_000, "1s"),
      )
      .option("--rpc-header <header>", "sent along, as 'name: value', repeatable", collectRpcHeader)
      .option("--tls", "use TLS")
      .option("--tls-no-verify", "with -tls: don't verify the server's certificate (INSECURE)")
      .option("--tls-ca-cert <file>", "with -tls: certificates to trust beside the platform's")
      .option("--tls-client-cert <file>", "with -tls: client certificate")
      .option("--tls-client-key <file>", "with -tls: its private key")
      .option("--tls-server-name <name>", "with -tls: the name to look for in the server's certificate")
      .option("--gzip", "compress the request, and take a compressed response")
      .option("--json", "print the result as one JSON document on stdout")
      .option("-v", "verbose")
      .option("--version", "print the version")
      .addOption(new Option("--alts").hideHelp())
      .addOption(new Option("--spiffe").hideHelp())
      .addOption(new Option("-h").hideHelp())
      .action((addr, { h, version, ...options }, self) =>
        run(async (io) => {
          if (h) io.stderr.write(self.helpInformation());
          if (version) io.stdout.write(`${VERSION}\n`);
          if (h || version) return h ? CHECK_EXIT_CODE.WRONG_USE : CHECK_EXIT_CODE.SERVING;
          if (addr !== undefined && options.addr !== undefined) {
            throw new CliError("two addresses", "write one of them");
          }
          return await checkServer({ ...options, addr: addr ?? options.addr }, io);
        })
      ),
};

/** The flags of grpc_health_probe and of ours; true for those that stand alone. */
const FLAGS = {
  "addr": false,
  "service": false,
  "protocol": false,
  "user-agent": false,
  "connect-timeout": false,
  "rpc-timeout": false,
  "rpc-header": false,
  "tls": true,
  "tls-no-verify": true,
  "tls-ca-cert": false,
  "tls-client-cert": false,
  "tls-client-key": false,
  "tls-server-name": false,
  "gzip": true,
  "json": true,
  "v": true,
  "version": true,
  "alts": true,
  "spiffe": true,
  "h": true,
} as const;

function parseDuration(text: string): number {
  const ms = parseGoDuration(text);
  if (ms === undefined) throw new InvalidArgumentError("write it as 500ms, 1s or 1m30s");
  return ms;
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
