import type { ProbeOutcome } from "../../core/observation.ts";

/** How the check of one service went; times in milliseconds. */
export type Checked =
  | { readonly kind: "not-connected"; readonly isTimeout: boolean; readonly error: string }
  | { readonly kind: "timeout"; readonly connectMs: number }
  | { readonly kind: "canceled"; readonly connectMs: number }
  | { readonly kind: "answer"; readonly outcome: ProbeOutcome; readonly connectMs: number; readonly rpcMs: number };

/** Told while the checks go on. */
export interface CheckEvents {
  connecting(): void;
  connected(tookMs: number): void;
}
