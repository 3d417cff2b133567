import type { HealthDocument } from "../core/health-document.ts";
import { CliError } from "./cli-error.ts";
import { createPaint } from "./color.ts";
import type { CliCommand } from "./command.ts";
import { type Deployment, fetchHealth, parseDeployment, URL_HELP } from "./deployment.ts";
import type { Io } from "./io.ts";
import { checkClock, checkToken } from "./smoke/asked.ts";
import type { Finding, Smoke } from "./smoke/finding.ts";
import { checkHttp } from "./smoke/http-surfaces.ts";
import { checkNativeGrpc } from "./smoke/native-grpc.ts";
import { checkRpcs } from "./smoke/rpc-surfaces.ts";
import { checkTold } from "./smoke/told.ts";
import { checkWebSockets } from "./smoke/websocket.ts";
import { renderTable } from "./table.ts";

/** `rollcall smoke`: is a deployment all that it should be? */
export const smoke: CliCommand = {
  name: "smoke",
  summary: "Prove a deployment from outside: every way to ask it, its store, cron, clock and token.",
  examples: [
    ["rollcall smoke https://health.example.com --token $READ_TOKEN", "after each deploy, and in CI"],
    ["rollcall smoke localhost:8787 --grpc localhost:50051", "a Deno process, with its native gRPC port"],
  ],
  exitCodes: {
    0: "nothing failed; what was skipped says how it could be checked",
    1: "something failed; each line says how to mend it",
    2: "a wrong option or argument",
    4: "no Rollcall answers there, or it refuses the token",
  },
  define: (command, run) =>
    command
      .argument("[url]", URL_HELP)
      .option(
        "--token <token>",
        "READ_TOKEN of the deployment; without it store and cron are skipped; default: ROLLCALL_TOKEN",
      )
      .option("--grpc <address>", "where it answers native gRPC, as host:port or grpcs://host:port")
      .action((url, { token, grpc }) => run((io) => prove(parseDeployment({ url, token }, io), grpc, io))),
};

async function prove(deployment: Deployment, grpcAddress: string | undefined, io: Io): Promise<number> {
  const proof: Smoke = { deployment, first: await fetchHealth(deployment, io, "forced"), io };
  const surfaces = [
    ...await checkHttp(proof),
    ...await checkRpcs(proof),
    await checkNativeGrpc(proof, grpcAddress),
    ...await checkWebSockets(proof),
  ];
  const last = await lastHealth(proof);
  const operation = [
    await checkToken(proof, last),
    await checkClock(proof),
    ...checkTold({ token: deployment.token, first: proof.first, last }),
  ];
  const findings = [...surfaces, ...operation];
  if (io.stop.aborted) return 1;
  io.stdout.write(findingsView(findings, io));
  return findings.some(({ verdict }) => verdict === "fail") ? 1 : 0;
}

/** Asked with force, it reads the store now; a deployment that fails just here has told why at first. */
async function lastHealth({ deployment, first, io }: Smoke): Promise<HealthDocument> {
  try {
    return await fetchHealth(deployment, io, "forced");
  } catch (error) {
    if (error instanceof CliError) return first;
    throw error;
  }
}

const COLORS = { pass: "green", fail: "red", skip: "yellow" } as const;

function findingsView(findings: readonly Finding[], io: Io): string {
  const rows = findings.map(({ name, verdict, seen, fix }) => [
    { text: verdict, color: COLORS[verdict] },
    { text: name },
    { text: seen },
    { text: fix },
  ]);
  const count = (verdict: Finding["verdict"]) => findings.filter((finding) => finding.verdict === verdict).length;
  const sum = `${count("pass")} passed, ${count("fail")} failed, ${count("skip")} skipped`;
  const table = renderTable(["", "CHECK", "SEEN", "FIX"], rows, createPaint(io.stdout, io));
  return [...table, "", sum].map((line) => `${line}\n`).join("");
}
