import type { HealthDocument } from "../../../src/core/health-document.ts";
import { eventually } from "../../support/eventually.ts";
import { startGrpcJsUpstream } from "../../support/grpc-js-upstream.ts";
import { startOnDeno } from "../../support/rollcall-deno.ts";
import type { RunningRollcall } from "../../support/rollcall.ts";
import { startOnWorkerd } from "../../support/rollcall-workerd.ts";

/** A Rollcall on each platform, and the fleet that both watch: `checkout`, which turns, and `payments`, which does not. */
export interface Scene extends AsyncDisposable {
  /** The urls of HTTP, without a trailing slash. */
  readonly http: Readonly<Record<"Deno" | "workerd", string>>;
  /** Host and port of native gRPC on Deno. */
  readonly grpc: string;
  /** Resolves when both know. */
  turn(status: "SERVING" | "NOT_SERVING"): Promise<void>;
}

const READ_TOKEN = "the-read-token-of-the-consumers-run";

/** Start it on 127.0.0.1, all at free ports, with both upstreams SERVING. */
export async function startScene(): Promise<Scene> {
  const checkout = await startGrpcJsUpstream({ services: { "": "SERVING", "acme.CheckoutService": "SERVING" } });
  const payments = await startGrpcJsUpstream();
  const options = {
    upstreams: [
      { name: "checkout", url: checkout.url, services: ["", "acme.CheckoutService"] },
      { name: "payments", url: payments.url },
    ],
    vars: { READ_TOKEN, TTL_MS: "500" },
  };
  const onDeno = await startOnDeno(options);
  const onWorkerd = await startOnWorkerd(options);
  return {
    http: { Deno: onDeno.url, workerd: onWorkerd.url },
    grpc: grpcAddress(onDeno),
    turn: async (status) => {
      checkout.setStatus("", status);
      for (const { url } of [onDeno, onWorkerd]) {
        await eventually(
          async () => await statusOf(url, "checkout") === status || undefined,
          () => `${url} does not turn`,
        );
      }
    },
    async [Symbol.asyncDispose]() {
      for (const rollcall of [onDeno, onWorkerd]) await rollcall.stop();
      for (const upstream of [checkout, payments]) await upstream.close();
    },
  };
}

function grpcAddress(rollcall: RunningRollcall): string {
  const [entry] = rollcall.entries("listening");
  return `127.0.0.1:${new URL(String(entry?.["grpc"])).port}`;
}

/** What a forced refresh says of a name. */
async function statusOf(url: string, wanted: string): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${READ_TOKEN}`, "cache-control": "no-cache" };
  const { names } = await (await fetch(`${url}/health`, { headers })).json() as HealthDocument;
  return names.find(({ name }) => name === wanted)?.status;
}
