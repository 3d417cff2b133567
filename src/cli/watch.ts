import { Option } from "@commander-js/extra-typings";
import { targetOf } from "./ask.ts";
import { readAddress } from "./check/address.ts";
import { readTls } from "./check/credentials.ts";
import { checkCredentials, type CredentialOptions } from "./check/plan.ts";
import { CliError } from "./cli-error.ts";
import { createPaint } from "./color.ts";
import type { CliCommand } from "./command.ts";
import type { Io } from "./io.ts";
import { collectRpcHeader, type RpcHeader, rpcHeadersOf } from "./rpc-header.ts";
import { followService } from "./watch/follow-service.ts";

const WATCH_PROTOCOLS = ["grpc", "grpc-web", "connect"] as const;

const NO_WATCH_EXIT_CODE = 3;

/** `rollcall watch`: a line for each change of a service, as its server tells it. */
export const watch: CliCommand = {
  name: "watch",
  summary: "Print a line whenever the health of a service changes, by the server's Watch stream.",
  examples: [
    ["rollcall watch localhost:50051", "the server as a whole, over native gRPC, in plaintext"],
    ["rollcall watch localhost:50051 acme.Shop", "one service"],
    ["rollcall watch https://health.example.com acme.Shop --json", "over gRPC-web, a JSON document a line"],
  ],
  exitCodes: { 0: "Ctrl-C", 2: "a wrong option or argument", [NO_WATCH_EXIT_CODE]: "the server has no Watch" },
  define: (command, run) =>
    command
      .argument("<addr>", "host:port, or the URL of a server")
      .argument("[service]", "what to watch (default: the server as a whole)")
      .addOption(
        new Option("--protocol <protocol>", "default: grpc, or grpc-web where the URL begins with http")
          .choices(WATCH_PROTOCOLS),
      )
      .option("--rpc-header <header>", "sent along, as 'name: value', repeatable", collectRpcHeader)
      .option("--tls", "use TLS")
      .option("--tls-ca-cert <file>", "with --tls: certificates to trust beside the platform's")
      .option("--tls-client-cert <file>", "with --tls: client certificate")
      .option("--tls-client-key <file>", "with --tls: its private key")
      .option("--tls-server-name <name>", "with --tls: the name to look for in the server's certificate; grpc only")
      .option("--json", "print each change as a JSON document in a line")
      .action((addr, service, options) => run((io) => watchServer(addr, service ?? "", { ...options, io }))),
};

interface WatchOptions extends CredentialOptions {
  readonly protocol?: (typeof WATCH_PROTOCOLS)[number] | undefined;
  readonly rpcHeader?: readonly RpcHeader[] | undefined;
  readonly json?: true | undefined;
  readonly io: Io;
}

async function watchServer(
  addr: string,
  service: string,
  { io, rpcHeader = [], json, ...options }: WatchOptions,
): Promise<number> {
  const protocol = options.protocol ?? (/^https?:/i.test(addr) ? "grpc-web" : "grpc");
  const address = readAddress(addr, { protocol, isTls: options.tls === true });
  if (address.unixPath !== undefined) throw new CliError("Cannot watch a Unix socket", "ask it with `rollcall check`");
  checkCredentials(options, address.isTls);
  if (options.tlsServerName !== undefined && protocol !== "grpc") {
    throw new CliError(`Cannot use --tls-server-name with protocol ${protocol}`, "add --protocol grpc");
  }
  const tls = await readTls(options);
  const server = { ...address, headers: rpcHeadersOf(rpcHeader), ...(tls && { tls }) };
  const paint = createPaint(io.stdout, io);
  const hasWatch = await followService(targetOf(server, service), io, {
    changed(status, detail) {
      const time = new Date(io.clock.nowMs()).toISOString();
      if (json) {
        return io.stdout.write(`${JSON.stringify({ time, addr, service, status, ...(detail && { detail }) })}\n`);
      }
      const color = status === "SERVING" ? "green" : "red";
      io.stdout.write(`${time} ${paint(color, status)}${detail && ` ${detail}`}\n`);
    },
    blind: () => io.stderr.write("note: Watch gives nothing, though Check is answered; it is asked again and again\n"),
  });
  if (hasWatch) return 0;
  throw new CliError("this server does not implement Watch", "ask it with `rollcall check`", NO_WATCH_EXIT_CODE);
}
