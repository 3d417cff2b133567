import type { Observation } from "../../../src/core/observation.ts";
import type { Cell } from "./run.ts";
import { LATE } from "./row.ts";

/** What is believed of a cell's upstream in the end, as the table writes it: status and kind. */
export function beliefOf(cell: Cell): string {
  const { status, observation } = cell.settled;
  const kind = kindOf(observation, cell);
  return kind === "" ? status : `${status} ${kind}`;
}

/** Why an upstream that was asked is not simply what it says; `""` when it is. */
export function kindOf(observation: Observation, { timeoutMs }: Cell): string {
  if (observation.kind === "answered") return observation.reason ?? "";
  // In the words of the loop, not of any upstream.
  const isLate = observation.failure === "timeout" && observation.message === `no answer within ${timeoutMs} ms`;
  return isLate ? LATE.replace(/^\S+ /, "") : observation.failure;
}
