import assert from "node:assert/strict";

/** Upstreams of one registry: enough that a torn one would show. */
const PARTS = 5;

/** A registry of which every part has the same tag. */
export function tagged(tag: string) {
  const upstreams = Array.from({ length: PARTS }, (_, at) => ({ name: `${tag}-${at}`, url: "https://a.example.com" }));
  return { upstreams, groups: { [tag]: upstreams.map(({ name }) => name) } };
}

/** The tag of a registry. Throws when its parts are not those of one. */
export function tagOf(registry: unknown): string {
  const { groups = {} } = registry as Partial<ReturnType<typeof tagged>>;
  const [tag = ""] = Object.keys(groups);
  assert.deepEqual(registry, tagged(tag));
  return tag;
}
