import type { ProbeCost } from "./cost.ts";
import type { JsonObject } from "./json.ts";
import type { Report } from "./report.ts";
import type { WriteResult } from "./write-result.ts";

/**
 * Writes the part of the fleet that changes without a deploy: a JSON object of `upstreams` and `groups`, as REGISTRY_FILE has
 * them. What was deployed is no part of it, and wins where a name clashes.
 *
 * Nothing rejects for what a caller, or the place behind, does wrong. A write that is done is kept, and known to this
 * isolate's very next report.
 */
export interface RegistryWriter {
  get(): Promise<WriteResult<RegistryInForce>>;
  /** Put a whole registry in the place of the one of `expectedVersion`; 0: none was written yet. */
  apply(registry: JsonObject, expectedVersion: number): Promise<WriteResult<AppliedRegistry>>;
  /** Add one upstream. */
  register(upstream: JsonObject, how: { readonly isReplacing: boolean }): Promise<WriteResult<AppliedRegistry>>;
  /** Remove one upstream, and what it told of itself. */
  deregister(name: string): Promise<WriteResult<AppliedRegistry>>;
  /** Ask a candidate's upstreams now, and tell what it would change; nothing is kept. */
  preview(registry: JsonObject): Promise<WriteResult<PreviewedRegistry>>;
}

/** What is written now. */
export interface RegistryInForce {
  /** 0: none was written yet. */
  readonly version: number;
  readonly registry: JsonObject;
  /** Names of upstreams and groups that were deployed. */
  readonly deployed: readonly string[];
  readonly warnings: readonly string[];
}

/** What a write has made of it. */
export interface AppliedRegistry {
  readonly version: number;
  readonly diff: RegistryDiff;
  readonly warnings: readonly string[];
}

/** What a write would make of it. */
export interface PreviewedRegistry {
  /** Of the whole fleet, deployed upstreams included. */
  readonly report: Report;
  readonly diff: RegistryDiff;
  readonly warnings: readonly string[];
  readonly cost: ProbeCost;
}

/** Names of what was written; a group's as `group "eu"`. */
export interface RegistryDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}
