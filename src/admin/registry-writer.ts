import { probeCost } from "../core/cost.ts";
import type { JsonObject } from "../core/json.ts";
import { isTold, type Registry, targetsOf } from "../core/registry.ts";
import type { AppliedRegistry, RegistryWriter } from "../core/registry-writer.ts";
import { toldKey } from "../core/told.ts";
import { done, refused, type WriteRefusal, type WriteResult } from "../core/write-result.ts";
import { REGISTRY_KEY } from "../fleet/source.ts";
import { COPIED_PREFIX } from "../ports.ts";
import { Unanswered, whenAnswered } from "./bounded-authority.ts";
import type { WriterOptions } from "./options.ts";
import { diffOf, readDocument } from "./registry-document.ts";
import { withoutUpstream, withUpstream } from "./registry-edits.ts";
import { retried } from "./retried.ts";

/** Longest registry kept, in bytes of JSON text: what one record holds. */
export const REGISTRY_MAX_BYTES = 1_048_576;

/** What is kept now; version 0 is nothing. */
interface Kept {
  readonly version: number;
  readonly registry: JsonObject;
}

/** Create the writer of registries over a bounded authority. */
export function createRegistryWriter(
  { config, authority, fleet, probe, log }: WriterOptions,
): RegistryWriter {
  /** With the windows of maintenance, for a preview heeds those that were scheduled elsewhere a moment ago. */
  async function read(): Promise<Kept> {
    const records = await authority.list(COPIED_PREFIX);
    fleet.learn(records);
    const record = records.get(REGISTRY_KEY);
    return { version: record?.version ?? 0, registry: readDocument(record?.value) };
  }

  /** Keep `next` in the place of `before`; undefined when something else is there by now. */
  async function write(next: JsonObject, before: Kept): Promise<WriteResult<AppliedRegistry> | undefined> {
    const { registry, problems, warnings } = config.join(next);
    const value = JSON.stringify(next);
    const refusal = refusalOf(problems, value);
    if (refusal !== undefined) return refusal;
    const version = await authority.put(REGISTRY_KEY, value, before.version);
    if (version === undefined) return undefined;
    fleet.learn(new Map([[REGISTRY_KEY, { version, value }]]));
    const diff = diffOf(before.registry, next);
    log({ event: "registry", version, ...diff });
    await forget(config.join(before.registry).registry, registry);
    return done({ version, diff, warnings });
  }

  function refusalOf(problems: readonly string[], value: string): WriteRefusal | undefined {
    if (config.problems.length > 0) return refused("conflict", problems.join("\n"));
    if (problems.length > 0) return refused("invalid", problems.join("\n"));
    const bytes = new TextEncoder().encode(value).length;
    if (bytes <= REGISTRY_MAX_BYTES) return undefined;
    return refused("invalid", `Cannot keep a registry of ${bytes} bytes: at most ${REGISTRY_MAX_BYTES} are kept`);
  }

  /** What upstreams told of themselves goes with them; it has no influence without them, so that it may be left. */
  async function forget(before: Registry, now: Registry): Promise<void> {
    const kept = toldKeys(now);
    try {
      for (const key of toldKeys(before)) if (!kept.has(key)) await authority.put(key, undefined);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
    }
  }

  /** Read, edit, write, and again if others wrote between. */
  function rewrite(edit: (registry: JsonObject) => WriteResult<JsonObject>): Promise<WriteResult<AppliedRegistry>> {
    return whenAnswered(() =>
      retried(async () => {
        const before = await read();
        const edited = edit(before.registry);
        return edited.kind === "refused" ? edited : await write(edited.value, before);
      })
    );
  }

  return {
    get: () =>
      whenAnswered(async () => {
        const kept = await read();
        const { problems, warnings } = config.join(kept.registry);
        const deployed = [...config.registry.upstreams, ...config.registry.groups].map(({ name }) => name);
        return done({ ...kept, deployed, warnings: [...problems, ...warnings] });
      }),

    apply: (registry, expectedVersion) =>
      whenAnswered(async () => {
        const before = await read();
        if (before.version !== expectedVersion) return outrun(expectedVersion, before);
        return await write(registry, before) ?? outrun(expectedVersion, await read());
      }),

    register: (upstream, { isReplacing }) =>
      rewrite((registry) => withUpstream(registry, upstream, { config, isReplacing })),

    deregister: async (name) => {
      const result = await rewrite((registry) => withoutUpstream(registry, name, { config }));
      // The request names an upstream, which is right; what would be left of the registry is not.
      return result.kind === "refused" && result.reason === "invalid" ? { ...result, reason: "conflict" } : result;
    },

    preview: (registry) =>
      whenAnswered(async () => {
        const { registry: joined, problems, warnings } = config.join(registry);
        const refusal = refusalOf(problems, JSON.stringify(registry));
        if (refusal !== undefined) return refusal;
        const diff = diffOf((await read()).registry, registry);
        const { maintenance } = fleet.current();
        const report = await probe({ registry: joined, maintenance, isRegistryInvalid: false, problems: [] });
        return done({ report, diff, warnings, cost: probeCost(joined, config.knobs) });
      }),
  };
}

/** The records of those who are not asked, but tell. */
function toldKeys(registry: Registry): ReadonlySet<string> {
  return new Set(targetsOf(registry).filter(({ upstream }) => isTold(upstream)).map(toldKey));
}

function outrun(expected: number, { version }: Kept): WriteRefusal {
  return refused(
    "outrun",
    `Cannot apply in the place of version ${expected}: version ${version} is in force; get it, and apply to it`,
  );
}
