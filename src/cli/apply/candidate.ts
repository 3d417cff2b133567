import type { JsonObject } from "@bufbuild/protobuf";
import { readGroups } from "../../config/groups.ts";
import { checkUpstreamNames, namesOf } from "../../config/names.ts";
import { readJson } from "../../config/read.ts";
import { readUpstreams } from "../../config/upstreams.ts";
import { DEFAULT_KNOBS, type Platform } from "../../core/knobs.ts";
import { secretStandIns } from "../registry/secrets.ts";
import type { RegistrySource } from "../registry/source.ts";

/** A registry that may take the place of the one in force. */
export interface Candidate {
  /** As it goes over the wire: `upstreams` and `groups`. */
  readonly registry: JsonObject;
  /** The version it was saved from by `rollcall registry --json`; undefined when it does not say. */
  readonly savedVersion: number | undefined;
  /**
   * What is wrong with it wherever it is to run, all at once. What hangs on the deployment (its platform, secrets and
   * bindings, the upstreams it has already) is for the deployment to say.
   */
  readonly problems: readonly string[];
}

/** Read a registry file as a candidate. */
export function candidateOf({ file, savedVersion }: RegistrySource): Candidate {
  const onWorkers = new Set(problemsOn("workers", file));
  return {
    registry: { upstreams: plainJson(file.UPSTREAMS ?? []), groups: plainJson(file.GROUPS ?? {}) },
    savedVersion,
    problems: [...file.problems, ...problemsOn("deno", file).filter((problem) => onWorkers.has(problem))],
  };
}

function problemsOn(platform: Platform, file: RegistrySource["file"]): readonly string[] {
  const problems: string[] = [];
  const fieldOf = (path: "UPSTREAMS" | "GROUPS") => ({
    path,
    value: file[path],
    upstreamName: "",
    isSecret: false,
    problems,
  });
  const context = {
    platform,
    env: secretStandIns(file.UPSTREAMS),
    knobs: DEFAULT_KNOBS[platform],
    isPrivateAllowed: true,
  };
  const entries = readUpstreams(fieldOf("UPSTREAMS"), context) ?? [];
  checkUpstreamNames(entries, namesOf(entries.map(({ upstream }) => upstream)));
  // Members may be upstreams that were deployed, of which nothing is known here.
  readGroups(fieldOf("GROUPS"), undefined);
  return problems;
}

/** As JSON has it: a file may hold JSON text where a variable would, and TOML's own kinds of value. */
function plainJson(value: unknown): JsonObject[string] {
  const field = { path: "", value, upstreamName: "", isSecret: true, problems: [] };
  const json = readJson(field);
  return json === undefined ? null : JSON.parse(JSON.stringify(json));
}
