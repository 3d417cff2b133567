import assert from "node:assert/strict";
import { startRecorder } from "../cli/check/recorder.ts";
import { runRollcall } from "../support/cli.ts";
import { startGrpcJsUpstream } from "../support/grpc-js-upstream.ts";
import { startHttp2Upstream } from "../support/http2-upstream.ts";
import { startWebUpstream } from "../support/web-upstream.ts";
import { goTools } from "./prepare.ts";

const TLS = new URL("../support/tls/", import.meta.url).pathname;

/** Where all must be there, a program by other hands that cannot be had is a failure. */
const isEveryoneNeeded = Deno.env.get("CI") === "true";

const probe = await goTools().then((folder) => `${folder}grpc-health-probe`, (error: unknown) => {
  if (isEveryoneNeeded) throw error;
});

/** What both tools are asked on a command line, and where what they say on stderr differs. */
type Case = readonly [args: string, difference?: "words"];

async function compare(args: readonly string[], difference: Case[1]): Promise<void> {
  const { code, stderr } = await new Deno.Command(probe ?? "", { args: [...args] }).output();
  const ours = await runRollcall(["check", ...args]);
  assert.equal(ours.exitCode, code);
  if (difference === undefined) assert.equal(untimed(ours.stderr), untimed(new TextDecoder().decode(stderr)));
}

/** Measured times as `N`, and lines without the blanks that one of them ends with. */
function untimed(text: string): string {
  return text.replaceAll(/(took |connect=|rpc=)[\d.]+(?:µ|m)?s/g, "$1N").replaceAll(/ +$/gm, "").trim();
}

/** More time than any machine takes; what a case says of its own comes later, and counts. */
const PATIENCE = ["-connect-timeout", "20s", "-rpc-timeout", "20s"];

function compareAll(
  addrName: string,
  start: () => Promise<AsyncDisposable & { readonly addr: string }>,
  cases: readonly Case[],
): void {
  for (const [args, difference] of cases) {
    Deno.test({
      name: `rollcall check ends as grpc_health_probe does${
        difference ? "" : ", and says the same"
      }: ${addrName} ${args}`,
      ignore: probe === undefined,
      async fn() {
        await using server = await start();
        const rest = args.split(" ").filter((arg) => arg !== "").map((arg) => arg.replace("TLS/", TLS));
        await compare(["-addr", server.addr, ...PATIENCE, ...rest], difference);
      },
    });
  }
}

function located<T extends AsyncDisposable & { readonly port: number }>(server: T) {
  return Object.assign(server, { addr: `127.0.0.1:${server.port}` });
}

compareAll(
  "grpc-js",
  async () => located(await startGrpcJsUpstream({ services: { "": "SERVING", down: "NOT_SERVING" } })),
  [
    [""],
    ["-service down"],
    ["-service none"],
    ["-gzip"],
    ["-v"],
    ["-tls=false"],
    ["-tls=x", "words"],
    ["-tls -connect-timeout 300ms", "words"],
    ["-rpc-header x", "words"],
    ["-rpc-timeout x", "words"],
    ["-rpc-timeout 0"],
    ["-connect-timeout -1s"],
    ["-alts -tls"],
    ["-alts -spiffe"],
    ["-tls-ca-cert f"],
    ["-tls -tls-client-cert f"],
    ["-nope", "words"],
    ["-h", "words"],
  ],
);

compareAll("a server that is silent", async () => await startRecorder({ isSilent: true }), [["-rpc-timeout 200ms"]]);
compareAll("a server without health", async () => await startRecorder({ grpcStatus: 12 }), [[""]]);
compareAll("a server that refuses", async () => await startRecorder({ grpcStatus: 16 }), [[""]]);
compareAll("a server that compresses", async () => await startRecorder(), [["-gzip"]]);
compareAll("a Unix socket", async () => {
  const folder = await Deno.makeTempDir();
  return await startRecorder({ unixPath: `${folder}/health.sock` });
}, [["-service acme.Shop"]]);
compareAll("a web server", async () => {
  const web = await startWebUpstream();
  return Object.assign(web, { addr: web.host });
}, [["-connect-timeout 300ms", "words"]]);

compareAll("TLS", async () => located(await startHttp2Upstream({ certificate: "good" })), [
  ["-tls -tls-ca-cert TLS/ca.pem"],
  ["-tls -tls-ca-cert TLS/ca.pem -v"],
  ["-tls -connect-timeout 300ms", "words"],
  ["-connect-timeout 300ms", "words"],
  ["-tls -tls-ca-cert /nowhere.pem", "words"],
]);

compareAll("another's certificate", async () => located(await startHttp2Upstream({ certificate: "wrong-name" })), [
  ["-tls -tls-ca-cert TLS/ca.pem -tls-server-name elsewhere.example"],
  ["-tls -tls-ca-cert TLS/ca.pem -connect-timeout 300ms", "words"],
  ["-tls -tls-no-verify"],
]);

compareAll("mTLS", async () => located(await startHttp2Upstream({ certificate: "good", isClientAsked: true })), [
  ["-tls -tls-no-verify -tls-client-cert TLS/client.pem -tls-client-key TLS/client.key.pem"],
  ["-tls -tls-no-verify -connect-timeout 300ms", "words"],
]);
