import { COMMON_HEADERS } from "./cors.ts";

/**
 * `GET /`: the aggregator itself is up. Always 200 and `{}`, whatever the fleet does and whatever `Accept` says; no
 * report is loaded. The link points newcomers, people and programs, to where the fleet's health is.
 *
 * @param basePath Where that is mounted, as in `settings.ts`.
 */
export function rootAnswer(basePath: string): Response {
  return new Response("{}", {
    headers: {
      ...COMMON_HEADERS,
      "content-type": "application/json",
      "content-length": "2",
      "cache-control": "no-cache",
      link: `<${basePath}/health>; rel="status"`,
    },
  });
}
