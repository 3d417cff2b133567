import { lineOf } from "./command.ts";
import type { Consumer, Use } from "./consumer.ts";

/** One name, as a url that any monitor can get. */
const CHECKOUT = "/grpc.health.v1.Health/Check?connect=v1&encoding=json&message=%7B%22service%22%3A%22checkout%22%7D";

/** What uptime monitors do: look at the status, or look for a text. */
export const CURL: Consumer = {
  name: "curl, as an uptime monitor",
  version: "",
  prepare: async () => {
    await lineOf("curl", ["--version"]);
  },
  uses: (["Deno", "workerd"] as const).flatMap((of) => {
    const host = of === "Deno" ? "http://127.0.0.1:8787" : "https://rollcall.example.workers.dev";
    const use = (args: readonly string[], path: string, up: string, down: string): Use => ({
      what: ["curl -s", ...args, `'${host}${path}'`].join(" "),
      of,
      up,
      down,
      begin: ({ http }) =>
        Promise.resolve({ see: () => lineOf("curl", ["-s", ...args.map(unquoted), `${http[of]}${path}`]) }),
    });
    return [
      use(["-o", "/dev/null", "-w", "'%{http_code}'"], "/dry_run", "0: 200", "0: 503"),
      use(["-I", "-o", "/dev/null", "-w", "'%{http_code}'"], "/health", "0: 200", "0: 503"),
      use([], CHECKOUT, '0: {"status":"SERVING"}', '0: {"status":"NOT_SERVING"}'),
    ];
  }),
};

function unquoted(argument: string): string {
  return argument.replaceAll("'", "");
}
