import assert from "node:assert/strict";
import { Code, ConnectError } from "@connectrpc/connect";
import { ADMIN_TOKEN, adminClients } from "../../support/admin-clients.ts";
import type { StartRollcall } from "../../support/rollcall.ts";
import { tagged, tagOf } from "../../support/tagged-registry.ts";

const APPLIES = 1_000;

/** Who writes at the same time loses a race in the open, or not at all. */
export function registryRaceSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: two writers race a thousand registries: each version is whole, and none is lost silently`, async () => {
    await using rollcall = await start({ vars: { ADMIN_TOKEN }, isDirect: true });
    const accepted = new Map<number, string>();
    let lost = 0;
    let isOver = false;

    /** Read the version, apply to it, and when another was faster, read again. */
    async function write(writer: string): Promise<void> {
      const { registry } = adminClients(rollcall.url);
      for (let round = 0; accepted.size < APPLIES; round++) {
        const { version: expectedVersion } = await registry.getRegistry({});
        const tag = `${writer}-${round}`;
        const applied = await registry.applyRegistry({ registry: tagged(tag), expectedVersion }).catch(raced);
        if (applied === undefined) lost++;
        else {
          assert.equal(applied.version, expectedVersion + 1);
          assert.ok(!accepted.has(applied.version), `two writers were given version ${applied.version}`);
          accepted.set(applied.version, tag);
        }
      }
    }

    const seen: (readonly [number, string])[] = [];
    async function read(): Promise<void> {
      const { registry } = adminClients(rollcall.url);
      while (!isOver) {
        const got = await registry.getRegistry({});
        if (got.version > 0) seen.push([got.version, tagOf(got.registry)]);
      }
    }

    const writing = Promise.all([write("one"), write("two")]).finally(() => isOver = true);
    await Promise.all([writing, read()]);
    const versions = [...accepted.keys()].toSorted((a, b) => a - b);
    assert.deepEqual(versions, versions.map((_, at) => at + 1));
    assert.ok(versions.length >= APPLIES);
    for (const [version, tag] of seen) assert.equal(tag, accepted.get(version), `version ${version}`);
    assert.ok(lost > 0, "they never raced");
    const last = await adminClients(rollcall.url).registry.getRegistry({});
    assert.deepEqual([last.version, tagOf(last.registry)], [versions.length, accepted.get(versions.length)]);
    assert.equal(rollcall.entries("registry").length, versions.length);
  });
}

function raced(error: unknown): undefined {
  const { code, rawMessage } = ConnectError.from(error);
  assert.equal(code, Code.Aborted, rawMessage);
  assert.match(rawMessage, /version \d+ is in force/);
}
