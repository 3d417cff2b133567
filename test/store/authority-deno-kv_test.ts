import assert from "node:assert/strict";
import { systemClock } from "../../src/clock.ts";
import { createDenoKvAuthority } from "../../src/store/authority-deno-kv.ts";
import { authorityContract, climb, stepText } from "../contract/authority.ts";

const WRITER = new URL("../support/authority-process.ts", import.meta.url).pathname;
const LONG = "x".repeat(1024 * 1024);

authorityContract("createDenoKvAuthority() in a file", async () => {
  const folder = await Deno.makeTempDir();
  const [kv, otherKv] = [await Deno.openKv(`${folder}/rollcall.kv`), await Deno.openKv(`${folder}/rollcall.kv`)];
  return {
    authority: createDenoKvAuthority(kv, systemClock),
    other: createDenoKvAuthority(otherKv, systemClock),
    async [Symbol.asyncDispose]() {
      for (const each of [kv, otherKv]) each.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
});

Deno.test("put() on Deno KV loses nothing acknowledged when its process is killed between writes, five times", async () => {
  await using place = await makePlace();
  let least = 0;
  for (const writes of [1, 7, 40, 90, 200]) {
    least = await killedAfter(writes, place.path, "fleet/registry");
    const [version, value] = await stored(place.path, "fleet/registry");
    assert.ok(version === least || version === least + 1, `${least} was acknowledged, ${version} is there`);
    assert.ok(value === stepText(version));
  }
  assert.ok(least >= 338, `${least}`);
});

Deno.test("put() on Deno KV gives two processes and this one each version once", async () => {
  await using place = await makePlace();
  const kv = await Deno.openKv(place.path);
  const authority = createDenoKvAuthority(kv, systemClock);
  const [ours, ...theirs] = await Promise.all([
    climb(authority, "a", 300),
    ...[1, 2].map(() => versionsUntil(300, place.path, "a")),
  ]);
  kv.close();
  const all = [...ours?.won ?? [], ...theirs.flat()].filter((version) => version <= 300);
  assert.deepEqual(all.sort((a, b) => a - b), Array.from({ length: 300 }, (_, index) => index + 1));
});

Deno.test("createDenoKvAuthority() keeps one key for a short record, and the chunks of one generation for a long one", async () => {
  using kv = await Deno.openKv(":memory:");
  const authority = createDenoKvAuthority(kv, systemClock);
  const keys = async () => (await Array.fromAsync(kv.list({ prefix: ["rollcall"] }))).length;
  for (const [value, count] of [["short", 1], [LONG, 19], [LONG, 19], ["", 1], [LONG, 19], [undefined, 1]] as const) {
    await authority.put("a", value);
    assert.equal(await keys(), count);
  }
});

Deno.test("put() on Deno KV leaves nothing staged when another writer came first", async () => {
  await using place = await makePlace();
  using one = await Deno.openKv(place.path);
  using two = await Deno.openKv(place.path);
  for (let round = 0; round < 5; round++) {
    const results = await Promise.all(
      [one, two].map((kv) => createDenoKvAuthority(kv, systemClock).put("a", LONG, round)),
    );
    assert.deepEqual(results.filter((version) => version !== undefined), [round + 1]);
    assert.equal((await Array.fromAsync(one.list({ prefix: ["rollcall"] }))).length, 19);
  }
});

Deno.test("list() on Deno KV rejects when a chunk of a record is missing", async () => {
  using kv = await Deno.openKv(":memory:");
  const authority = createDenoKvAuthority(kv, systemClock);
  await authority.put("fleet/registry", LONG);
  const [chunk] = await Array.fromAsync(kv.list({ prefix: ["rollcall", "authority-chunk"] }));
  await kv.delete(chunk?.key ?? []);
  await assert.rejects(authority.list("fleet/"), /Cannot read record "fleet\/registry": parts of it are missing/);
  await authority.put("fleet/registry", "mended", 1);
  assert.deepEqual(await authority.recall(), new Map([["fleet/registry", { version: 2, value: "mended" }]]));
});

for (const strange of ["text", 7n, {}, { version: "1" }, { version: 1, bytes: "text" }]) {
  Deno.test(`put() and list() on Deno KV reject over what is no record: ${Deno.inspect(strange)}`, async () => {
    using kv = await Deno.openKv(":memory:");
    const authority = createDenoKvAuthority(kv, systemClock);
    await kv.set(["rollcall", "authority", "a"], strange);
    for (const act of [() => authority.put("a", "new"), () => authority.list("")]) {
      await assert.rejects(act, /Cannot read record "a": it is no record/);
    }
  });
}

Deno.test("put() on Deno KV goes on after one that rejected", async () => {
  using kv = await Deno.openKv(":memory:");
  const authority = createDenoKvAuthority(kv, systemClock);
  await kv.set(["rollcall", "authority", "bad"], "text");
  const writes = await Promise.allSettled([authority.put("bad", "x"), authority.put("good", "x")]);
  assert.deepEqual(writes.map(({ status }) => status), ["rejected", "fulfilled"]);
});

async function makePlace(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await Deno.makeTempDir();
  const remove = () => Deno.remove(folder, { recursive: true });
  return { path: `${folder}/rollcall.kv`, [Symbol.asyncDispose]: remove };
}

/** The last version acknowledged by a process that is killed when it has told of this many. */
async function killedAfter(writes: number, path: string, key: string): Promise<number> {
  return (await writeUntil((versions) => versions.length >= writes, path, key)).at(-1) ?? 0;
}

function versionsUntil(end: number, path: string, key: string): Promise<readonly number[]> {
  return writeUntil((versions) => (versions.at(-1) ?? 0) >= end, path, key);
}

/** All versions that a writing process told of until it was killed, in the midst of its work, at the sight of `isEnough`. */
async function writeUntil(
  isEnough: (versions: readonly number[]) => boolean,
  path: string,
  key: string,
): Promise<readonly number[]> {
  const args = ["run", "-A", "--unstable-kv", WRITER, path, key];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "piped", stderr: "inherit" }).spawn();
  let text = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    // Nothing it tells after this is lost: the pipe is read to its end.
    if (isEnough(versionsIn(text))) kill(child);
  }
  assert.equal((await child.status).signal, "SIGKILL");
  return versionsIn(text);
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It is dead already.
  }
}

function versionsIn(text: string): number[] {
  return text.split("\n").slice(0, -1).map(Number);
}

async function stored(path: string, key: string): Promise<[number, string]> {
  using kv = await Deno.openKv(path);
  const record = (await createDenoKvAuthority(kv, systemClock).list(key)).get(key);
  return [record?.version ?? 0, record?.value ?? ""];
}
