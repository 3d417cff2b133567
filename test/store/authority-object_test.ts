import assert from "node:assert/strict";
import type { WrittenRecord } from "../../src/ports.ts";
import { authorityContract, climb, stepText } from "../contract/authority.ts";
import { type AuthorityWorkers, startAuthorityWorkers } from "../support/authority-workerd.ts";
import { eventually } from "../support/eventually.ts";

// workerd is a child process, which Deno's sanitizers take for a leak.
const sanitizers = { sanitizeOps: false, sanitizeResources: false };

authorityContract("createObjectAuthority() on workerd", startAuthorityWorkers, sanitizers);

test("put() on a Durable Object loses nothing acknowledged when workerd is killed between writes, three times", async (workers) => {
  let acknowledged = 0;
  for (const writes of [1, 30, 100]) {
    const until = acknowledged + writes;
    const climbing = climb(
      {
        ...workers.authority,
        async put(...args) {
          const version = await workers.authority.put(...args);
          acknowledged = version ?? acknowledged;
          return version;
        },
      },
      "fleet/registry",
      Infinity,
    );
    const broken = assert.rejects(climbing);
    await eventually(() => acknowledged >= until || undefined, () => `only ${acknowledged} writes`);
    await workers.kill();
    await broken;
    const { version, value } = (await workers.other.list("")).get("fleet/registry") ?? { version: 0, value: "" };
    assert.ok(
      version === acknowledged || version === acknowledged + 1,
      `${acknowledged} acknowledged, ${version} there`,
    );
    assert.equal(value, stepText(version));
  }
  const { version = 0 } = (await workers.other.list("")).get("fleet/registry") ?? {};
  await copyReaches(workers, version);
});

test("put() on a Durable Object has the copy of a burst follow in order, to the last", async (workers) => {
  const seen: number[] = [];
  let isWriting = true;
  const watching = (async () => {
    while (isWriting) seen.push(versionIn(await workers.copyText()));
  })();
  const { won } = await climb(workers.authority, "fleet/registry", 300);
  assert.equal(won.length, 300);
  await copyReaches(workers, 300);
  isWriting = false;
  await watching;
  assert.deepEqual(seen, seen.toSorted((a, b) => a - b));
  assert.deepEqual([...await workers.other.recall()], [["fleet/registry", { version: 300, value: stepText(300) }]]);
});

test("put() on a Durable Object copies nothing that not every reader needs", async (workers) => {
  await workers.authority.put("status/a", "SERVING");
  await workers.authority.put("fleet/registry", "[]");
  await copyReaches(workers, 1);
  assert.deepEqual(recordsIn(await workers.copyText()), [["fleet/registry", { version: 1, value: "[]" }]]);
});

test("put() on a Durable Object is answered while KV fails, and readers ask the object", async (workers) => {
  await workers.restart("broken");
  assert.equal(await workers.authority.put("fleet/registry", "first"), 1);
  await eventually(() => workers.log().includes("authority-copy-error") || undefined, () => workers.log());
  assert.equal(await workers.authority.put("fleet/registry", "second", 1), 2);
  assert.equal((await workers.other.recall()).get("fleet/registry")?.value, "second");
  // A later write brings the copy along, before the alarm that tries again.
  await workers.restart("whole");
  await workers.authority.put("fleet/maintenance", "window");
  await eventually(async () => recordsIn(await workers.copyText())?.length === 2 || undefined, () => "no copy");
});

test("recall() on a Durable Object without KV asks the object", async (workers) => {
  await workers.restart("unbound");
  await workers.authority.put("fleet/registry", "first");
  await workers.authority.put("status/a", "SERVING");
  assert.deepEqual([...await workers.other.recall()], [["fleet/registry", { version: 1, value: "first" }]]);
});

test("recall() on a Durable Object whose copy KV has lost asks it, and has it write the copy anew", async (workers) => {
  await workers.authority.put("fleet/registry", "first");
  await copyReaches(workers, 1);
  await workers.restart("whole");
  await workers.loseCopy();
  assert.equal((await workers.other.recall()).get("fleet/registry")?.value, "first");
  await copyReaches(workers, 1);
});

test("recall() on a Durable Object where nothing was written has it say so in KV", async (workers) => {
  assert.deepEqual(await workers.other.recall(), new Map());
  await eventually(async () => await workers.copyText() === "[]" || undefined, () => "no copy");
  assert.deepEqual(await workers.other.recall(), new Map());
});

function test(title: string, run: (workers: AuthorityWorkers) => Promise<void>): void {
  Deno.test(title, sanitizers, async () => {
    await using workers = await startAuthorityWorkers();
    await run(workers);
  });
}

async function copyReaches(workers: AuthorityWorkers, version: number): Promise<void> {
  let text: string | null = null;
  await eventually(async () => {
    text = await workers.copyText();
    return versionIn(text) === version || undefined;
  }, () => `the copy is ${text?.slice(0, 200)}`);
}

/** Of the registry in the copy; 0 when it has none. */
function versionIn(copy: string | null): number {
  return new Map(recordsIn(copy)).get("fleet/registry")?.version ?? 0;
}

function recordsIn(copy: string | null): readonly [string, WrittenRecord][] | undefined {
  return copy === null ? undefined : JSON.parse(copy);
}
