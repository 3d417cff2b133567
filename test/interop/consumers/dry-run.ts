const WHY = "|Gateway: Deployment checkout answered NOT_SERVING.";
const EXCEPTION = `{ "name": "InternalNetworkError", "args": [ "${WHY}" ] }`;

/** What a client that prints JSON makes of Jina's RPC, which is OK either way. */
export const DRY_RUN = {
  up: "0: {}",
  down: `0: { "code": "ERROR", "description": "${WHY}", "exception": ${EXCEPTION} }`,
} as const;
