import type { HealthDocument } from "../../core/health-document.ts";
import type { Deployment } from "../deployment.ts";
import type { Io } from "../io.ts";

/** What came of one check of a deployment. */
export interface Finding {
  readonly name: string;
  readonly verdict: "pass" | "fail" | "skip";
  /** What was seen. */
  readonly seen: string;
  /** What to do about it; `""` when it passed. */
  readonly fix: string;
}

/** What checks work with. */
export interface Smoke {
  readonly deployment: Deployment;
  /** The report as the deployment told it at first, and again after all else; with the token if there is one, and forced. */
  readonly first: HealthDocument;
  readonly io: Io;
}

/** It does what it should. */
export function pass(name: string, seen: string): Finding {
  return { name, verdict: "pass", seen, fix: "" };
}

/** It does not, and `fix` mends it. */
export function fail(name: string, seen: string, fix: string): Finding {
  return { name, verdict: "fail", seen, fix };
}

/** It cannot be told from here; `fix` is how it could. */
export function skip(name: string, seen: string, fix: string): Finding {
  return { name, verdict: "skip", seen, fix };
}
