import type { ServingStatus } from "../../core/status.ts";

/** Exit code of a verdict, for CI. */
export const VERDICT_EXIT_CODES = {
  SERVING: 0,
  NOT_SERVING: 1,
  UNKNOWN: 3,
} as const satisfies Record<ServingStatus, number>;
