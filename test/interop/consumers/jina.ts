import { pythonVersion } from "../pinned.ts";
import { pythonWith } from "../prepare.ts";
import { lineOf } from "./command.ts";
import type { Consumer, Use } from "./consumer.ts";
import { lastLineOf } from "./printing.ts";
import type { Scene } from "./scene.ts";

const FOLDER = new URL("../peers/jina/", import.meta.url);

/** Jina's own client and command line. */
export const JINA: Consumer = {
  name: "Jina",
  version: pythonVersion("jina", "jina"),
  prepare: async () => {
    await jinaPython();
  },
  uses: [
    isFlowReady("Deno", "http://127.0.0.1:8787", ({ http }) => http.Deno),
    isFlowReady("Deno", "ws://127.0.0.1:8787", ({ http }) => socketUrl(http.Deno)),
    isFlowReady("Deno", "grpc://127.0.0.1:50051", ({ grpc }) => `grpc://${grpc}`),
    isFlowReady("workerd", "https://rollcall.example.workers.dev", ({ http }) => http.workerd),
    isFlowReady("workerd", "wss://rollcall.example.workers.dev", ({ http }) => socketUrl(http.workerd)),
    ping("flow http://127.0.0.1:8787", ({ http }) => ["flow", http.Deno]),
    ping("flow ws://127.0.0.1:8787", ({ http }) => ["flow", socketUrl(http.Deno)]),
    ping("flow grpc://127.0.0.1:50051", ({ grpc }) => ["flow", `grpc://${grpc}`]),
  ],
};

/** The Python that has Jina, and Prometheus' client library. */
export function jinaPython(): Promise<string> {
  return pythonWith(new URL("requirements.txt", FOLDER));
}

function isFlowReady(of: Use["of"], shown: string, urlOf: (scene: Scene) => string): Use {
  return {
    what: `Client(host="${shown}").is_flow_ready()`,
    of,
    up: "True",
    down: "False",
    begin: async (scene) =>
      lastLineOf(await jinaPython(), [new URL("is_flow_ready.py", FOLDER).pathname, urlOf(scene)]),
  };
}

/** By its exit code: what it prints tells times. */
function ping(shown: string, targetOf: (scene: Scene) => readonly string[]): Use {
  return {
    what: `jina ping ${shown} --attempts 1`,
    of: "Deno",
    up: "exit 0",
    down: "exit 1",
    begin: async (scene) => {
      const program = await jinaPython();
      const args = [new URL("ping.py", FOLDER).pathname, ...targetOf(scene), "--attempts", "1"];
      return { see: async () => `exit ${(await lineOf(program, args)).split(":")[0]}` };
    },
  };
}

function socketUrl(url: string): string {
  return url.replace(/^http/, "ws");
}
