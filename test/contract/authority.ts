import assert from "node:assert/strict";
import { type Authority, COPIED_PREFIX, type WrittenRecord } from "../../src/ports.ts";
import { eventually } from "../support/eventually.ts";

/** An empty authority, and another client of the same place: two connections, isolates or whatever writers there have. */
export interface AuthorityUnderTest extends AsyncDisposable {
  readonly authority: Authority;
  readonly other: Authority;
}

/** Register the tests that every `Authority` passes. `create` is called once for each test. */
export function authorityContract(
  name: string,
  create: () => Promise<AuthorityUnderTest>,
  sanitizers: Pick<Deno.TestDefinition, "sanitizeOps" | "sanitizeResources"> = {},
): void {
  for (const [title, run] of Object.entries(CASES)) {
    Deno.test(`${name} ${title}`, sanitizers, async () => {
      await using underTest = await create();
      await run(underTest);
    });
  }
}

/** Increment the record at `key` from the version it has to `end`, in steps that any reader can tell whole or not. */
export async function climb(authority: Authority, key: string, end: number): Promise<Climb> {
  const won: number[] = [];
  for (let lost = 0;;) {
    const record = (await authority.list(key)).get(key);
    const version = record?.version ?? 0;
    if (record !== undefined) assert.equal(record.value, stepText(version));
    if (version >= end) return { won, lost };
    const written = await authority.put(key, stepText(version + 1), version);
    if (written === undefined) lost++;
    else won.push(written);
  }
}

/** The versions one writer wrote, and how often another came first. */
export interface Climb {
  readonly won: readonly number[];
  readonly lost: number;
}

/** What `climb` writes as this version; one of forty is longer than any one value of Deno KV. */
export function stepText(version: number): string {
  return `${version}:`.repeat(version % 40 === 0 ? 20_000 : version % 7);
}

type Cases = Readonly<Record<string, (underTest: AuthorityUnderTest) => Promise<void>>>;

const MIB = 1024 * 1024;

const KEYS = [
  "a",
  "status/shop/acme.CheckoutService",
  "status/100%",
  "status/100%/",
  "status/a_b",
  "status/axb",
  "status/*?[x]'\"\\;--",
  "status/ space\ttab\nline\0nul\u007f",
  "status/é",
  "status/e\u0301",
  "status/日本語/\u{1F600}",
  "status/\uffff",
  "status/\u{10ffff}",
  "status/" + "k".repeat(293),
  "status/" + "\u{1F600}".repeat(300),
];

const VALUES: Readonly<Record<string, string>> = {
  "no byte": "",
  "a NUL": "a\0b",
  "a byte order mark": "\ufeffa",
  "all of Latin": String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code)),
  "beyond the basic plane": "\u{1F600}日本\u{10ffff}",
  "64 KiB": "x".repeat(64 * 1024),
  "64 KiB that UTF-16 would double": "x".repeat(60 * 1024) + "日",
  "1 MiB": "é".repeat(MIB / 2),
};

const CASES: Cases = {
  async "put() counts the versions of a key from 1, and list() gives the last value"({ authority, other }) {
    assert.deepEqual(await authority.list(""), new Map());
    for (const [index, value] of ["one", "two", "two", "four"].entries()) {
      assert.equal(await authority.put("a", value), index + 1);
      assert.deepEqual(await other.list(""), new Map([["a", { version: index + 1, value }]]));
    }
    assert.equal(await other.put("b", "one"), 1);
  },

  async "put() writes only over the version expected, and a conflict changes nothing"({ authority, other }) {
    assert.equal(await authority.put("a", "first", 1), undefined);
    assert.equal(await authority.put("a", "first", 0), 1);
    assert.equal(await other.put("a", "second", 0), undefined);
    assert.equal(await other.put("a", "second", 1), 2);
    for (const expected of [0, 1, 3, -1]) {
      assert.equal(await authority.put("a", "late", expected), undefined);
      assert.equal(await authority.put("a", undefined, expected), undefined);
    }
    assert.deepEqual(await authority.list("a"), new Map([["a", { version: 2, value: "second" }]]));
  },

  async "put() of undefined removes, and the versions go on from there"({ authority, other }) {
    await authority.put("a", "first");
    await authority.put("ab", "stays");
    assert.equal(await other.put("a", undefined, 1), 2);
    assert.deepEqual(await authority.list("a"), new Map([["ab", { version: 1, value: "stays" }]]));
    assert.equal(await authority.put("a", "stale", 1), undefined);
    assert.equal(await authority.put("a", "again", 0), 3);
    assert.equal(await authority.put("a", undefined), 4);
    assert.equal(await authority.put("a", "after", 4), 5);
  },

  async "put() of undefined changes nothing when there is no record"({ authority }) {
    assert.equal(await authority.put("a", undefined), 0);
    assert.equal(await authority.put("a", undefined, 0), 0);
    assert.equal(await authority.put("a", undefined, 1), undefined);
    await authority.put("a", "first");
    await authority.put("a", undefined);
    assert.equal(await authority.put("a", undefined), 2);
    assert.equal(await authority.put("a", "second"), 3);
  },

  async "list() gives exactly the keys with the prefix, whatever characters they have"({ authority, other }) {
    for (const key of KEYS) await authority.put(key, `at ${key}`);
    const prefixes = ["", "status", "status/", "status/100%", "status/a_", "status/e", "b", ...KEYS];
    for (const prefix of [...prefixes, "status/\ud83d\ude00", "status/\u{10ffff}\u{10ffff}"]) {
      const expected = KEYS.filter((key) => key.startsWith(prefix)).sort();
      const listed = await other.list(prefix);
      assert.deepEqual([...listed.keys()].sort(), expected, JSON.stringify(prefix));
      for (const [key, record] of listed) assert.deepEqual(record, { version: 1, value: `at ${key}` });
    }
    for (const key of KEYS) assert.equal(await authority.put(key, undefined, 1), 2);
    assert.deepEqual(await other.list(""), new Map());
  },

  async "list() gives every value as it was put"({ authority, other }) {
    for (const [key, value] of Object.entries(VALUES)) await authority.put(key, value);
    const listed = await other.list("");
    for (const [key, value] of Object.entries(VALUES)) assert.ok(listed.get(key)?.value === value, key);
    assert.equal(listed.size, Object.keys(VALUES).length);
  },

  async "put() replaces and removes long values by short ones and back"({ authority, other }) {
    let version = 0;
    for (const value of ["x".repeat(MIB), "short", "y".repeat(100_000), "", "z".repeat(MIB), undefined, "end"]) {
      assert.equal(await authority.put("a", value, version), ++version);
      assert.deepEqual(await other.list("a"), new Map(value === undefined ? [] : [["a", { version, value }]]));
    }
  },

  async "put() keeps half a surrogate pair in a value as U+FFFD"({ authority }) {
    await authority.put("a", "x\ud83dy\ude00");
    assert.equal((await authority.list("a")).get("a")?.value, "x\ufffdy\ufffd");
  },

  async "put() refuses what not every place can keep, and changes nothing"({ authority }) {
    await authority.put("a", "kept");
    const refusals: readonly [string, string, RegExp][] = [
      ["a", "x".repeat(MIB + 1), /Cannot write record "a": its value has 1048577 bytes, more than 1048576$/],
      ["a", "日".repeat(MIB / 2), /: its value has 1572864 bytes, more than 1048576$/],
      ["k".repeat(1_501), "", /Cannot write record "k{100}": its key has 1501 bytes, more than 1500$/],
      ["a\ud83d", "", /: the key is no valid Unicode$/],
    ];
    for (const [key, value, message] of refusals) await assert.rejects(authority.put(key, value), message);
    assert.deepEqual(await authority.list(""), new Map([["a", { version: 1, value: "kept" }]]));
  },

  async "recall() comes to give the records that are copied, and no others"({ authority, other }) {
    assert.deepEqual(await authority.recall(), new Map());
    await authority.put("status/a", "not copied");
    await authority.put(`${COPIED_PREFIX}registry`, "first");
    await authority.put(`${COPIED_PREFIX}registry`, "日本\u{1F600}");
    await authority.put(`${COPIED_PREFIX}maintenance`, "gone");
    await authority.put(`${COPIED_PREFIX}maintenance`, undefined);
    const expected: [string, WrittenRecord][] = [["fleet/registry", { version: 2, value: "日本\u{1F600}" }]];
    let recalled: ReadonlyMap<string, WrittenRecord> = new Map();
    await eventually(async () => {
      recalled = await other.recall();
      return recalled.get("fleet/registry")?.version === 2 && recalled.size === 1 || undefined;
    }, () => `recall() still gives ${JSON.stringify([...recalled])}`);
    assert.deepEqual([...recalled], expected);
  },

  async "put() takes a burst on one key one by one, and none is lost"({ authority, other }) {
    const writes = Array.from({ length: 100 }, async (_, index) => {
      const value = `value ${index}`;
      return [await [authority, other][index % 2]?.put("a", value), value] as const;
    });
    const valueOf = new Map(await Promise.all(writes));
    assert.deepEqual([...valueOf.keys()].sort((a, b) => Number(a) - Number(b)), count(100));
    assert.deepEqual(await other.list("a"), new Map([["a", { version: 100, value: valueOf.get(100) }]]));
  },

  async "put() lets exactly one of two racing writers win each of 1 000 versions"({ authority, other }) {
    const [one, two] = await Promise.all([climb(authority, "a", 1_000), climb(other, "a", 1_000)]);
    assert.deepEqual([...one.won, ...two.won].sort((a, b) => a - b), count(1_000));
    assert.ok(one.lost + two.lost > 0, "they never met");
    assert.deepEqual(await authority.list("a"), new Map([["a", { version: 1_000, value: stepText(1_000) }]]));
  },

  async "list() gives whole values, none older than one acknowledged, while a writer replaces them"(
    { authority, other },
  ) {
    let acknowledged = await authority.put("a", stepText(1)) ?? 0;
    const seen = new Set<number>();
    const reader = async () => {
      while (acknowledged < 200) {
        const atLeast = acknowledged;
        const { version, value } = (await other.list("a")).get("a") ?? { version: 0, value: "" };
        assert.ok(version >= atLeast, `${version} is older than ${atLeast}`);
        assert.equal(value, stepText(version));
        seen.add(version);
      }
    };
    const writer = async () => {
      while (acknowledged < 200) {
        acknowledged = await authority.put("a", stepText(acknowledged + 1), acknowledged) ?? assert.fail("conflict");
      }
    };
    await Promise.all([reader(), reader(), writer()]);
    assert.ok(seen.size > 1, "the readers never met the writer");
  },
};

function count(end: number): number[] {
  return Array.from({ length: end }, (_, index) => index + 1);
}
