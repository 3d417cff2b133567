import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";
import {
  createFleetSource,
  type FleetLog,
  INVALID,
  MAINTENANCE_KEY,
  REGISTRY_KEY,
  UNKEPT,
  UNREAD,
  UNREAD_AGAIN,
} from "../../src/fleet/source.ts";
import type { WrittenRecord } from "../../src/ports.ts";
import { createTestClock } from "../support/test-clock.ts";

type Recall = () => Promise<ReadonlyMap<string, WrittenRecord>>;

const A = { name: "a", url: "https://a.example.com" };

function scene(env: Readonly<Record<string, unknown>> = { UPSTREAMS: [A] }) {
  const config = parseConfig(env, "workers");
  const clock = createTestClock();
  const logs: FleetLog[] = [];
  const written = new Map<string, WrittenRecord>();
  let recall: Recall = () => Promise.resolve(new Map(written));
  let changes = 0;
  const source = createFleetSource({
    deployed: config.registry,
    isDeployedInvalid: config.problems.length > 0,
    join: config.join,
    authority: { recall: () => recall() },
    isWritable: true,
    clock,
    ttlMs: 15_000,
    log: (entry) => logs.push(entry),
    onChange: () => changes++,
  });
  const write = (key: string, value: unknown) => {
    const record = { version: (written.get(key)?.version ?? 0) + 1, value: JSON.stringify(value) };
    written.set(key, record);
    return new Map([[key, record]]);
  };
  return {
    source,
    clock,
    logs,
    write,
    changes: () => changes,
    names: () => source.current().registry.upstreams.map(({ name }) => name),
    become: (how: Recall) => void (recall = how),
  };
}

const B = { upstreams: [{ name: "b", url: "https://b.example.com" }] };

Deno.test("the fleet is what was deployed, with what was written", async () => {
  const { source, write, names } = scene();
  write(REGISTRY_KEY, B);
  const window = { id: "1", name: "a", fromMs: 1, untilMs: 2, reason: "new disk" };
  write(MAINTENANCE_KEY, [window]);
  assert.deepEqual([source.age(), names()], ["overdue", ["a"]]);
  await source.renew();
  assert.deepEqual([source.age(), names()], ["fresh", ["a", "b"]]);
  assert.deepEqual(source.current().maintenance, [window]);
});

Deno.test("the fleet is looked at again when its reading is old, and is the same object while nothing changed", async () => {
  const { source, clock, write, names, changes } = scene();
  write(MAINTENANCE_KEY, []);
  await source.renew();
  const before = source.current();
  await clock.advance(14_999);
  assert.equal(source.age(), "fresh");
  await clock.advance(1);
  assert.equal(source.age(), "stale");
  await source.renew();
  assert.deepEqual([source.current() === before, changes()], [true, 1]);
  write(REGISTRY_KEY, B);
  await source.renew();
  assert.deepEqual([names(), changes()], [["a", "b"], 2]);
});

Deno.test("the fleet is looked at again when the clock has been set back since its reading", async () => {
  const { source, clock } = scene();
  await source.renew();
  clock.stepBack(3_600_000);
  assert.equal(source.age(), "stale");
});

Deno.test("a reading as old as two of ttlMs is overdue to every reader, until one has looked or could not", async () => {
  const { source, clock, become } = scene();
  await source.renew();
  await clock.advance(29_999);
  assert.equal(source.age(), "stale");
  await clock.advance(1);
  assert.equal(source.age(), "overdue");
  become(() => new Promise(() => {}));
  const looking = source.renew();
  assert.equal(source.age(), "overdue");
  await clock.until(looking);
  assert.equal(source.age(), "fresh");
  await clock.advance(5_000);
  assert.equal(source.age(), "overdue");
  const again = source.renew();
  assert.equal(source.age(), "fresh");
  await clock.until(again);
  become(() => Promise.resolve(new Map()));
  await source.renew();
  assert.equal(source.age(), "fresh");
});

Deno.test("what was just written here holds against an older copy", async () => {
  const { source, write, names, become } = scene();
  const old = write(REGISTRY_KEY, B);
  await source.renew();
  source.learn(write(REGISTRY_KEY, { upstreams: [] }));
  assert.deepEqual(names(), ["a"]);
  become(() => Promise.resolve(old));
  await source.renew();
  assert.deepEqual(names(), ["a"]);
});

Deno.test("while what was written was never read, no name is known and the fleet is not to be trusted", async () => {
  for (const broken of [() => Promise.reject(new Error("down")), () => new Promise<never>(() => {})]) {
    const { source, clock, write, names, logs, become } = scene();
    write(REGISTRY_KEY, B);
    become(broken);
    await clock.until(source.renew());
    const { isRegistryInvalid, problems } = source.current();
    assert.deepEqual([isRegistryInvalid, problems, names(), source.age()], [true, [UNREAD], [], "fresh"]);
    assert.deepEqual(logs, [{ event: "fleet-unread", problem: UNREAD }]);
    await clock.advance(5_000);
    assert.equal(source.age(), "overdue");
    become(() => Promise.resolve(write(REGISTRY_KEY, B)));
    await source.renew();
    assert.deepEqual([source.current().isRegistryInvalid, source.current().problems, names()], [false, [], ["a", "b"]]);
  }
});

Deno.test("what was read holds while it cannot be read again, and that is said", async () => {
  const { source, write, names, become } = scene();
  write(REGISTRY_KEY, B);
  await source.renew();
  become(() => Promise.reject(new Error("down")));
  await source.renew();
  assert.deepEqual([names(), source.current().problems], [["a", "b"], [UNREAD_AGAIN]]);
});

Deno.test("a written registry with errors leaves nothing to trust, and the log names each error once", async () => {
  for (const bad of [{ upstreams: [{ name: "b" }] }, "no registry"]) {
    const { source, write, logs } = scene();
    write(REGISTRY_KEY, bad);
    await source.renew();
    await source.renew();
    const { isRegistryInvalid, problems } = source.current();
    assert.deepEqual([isRegistryInvalid, problems], [true, [INVALID]]);
    assert.deepEqual(logs.map(({ event }) => event), ["registry-error"]);
  }
});

Deno.test("of two of a name the deployed one wins, and the log says so", async () => {
  const { source, write, names, logs } = scene();
  write(REGISTRY_KEY, { upstreams: [{ name: "a", url: "https://other.example.com" }] });
  await source.renew();
  assert.deepEqual(names(), ["a"]);
  assert.equal(source.current().registry.upstreams[0]?.url, "https://a.example.com");
  assert.deepEqual(logs.map(({ event }) => event), ["registry-warning"]);
});

Deno.test("a deployed registry with errors is not mended by what was written", async () => {
  const { source, write } = scene({ UPSTREAMS: [{ name: "a" }] });
  const broken = [true, ["registry invalid: see the boot log"]];
  assert.deepEqual([source.current().isRegistryInvalid, source.current().problems], broken);
  write(REGISTRY_KEY, B);
  await source.renew();
  assert.deepEqual([source.current().isRegistryInvalid, source.current().problems], broken);
});

Deno.test("without an authority the fleet is the deployed one", async () => {
  const { registry, join } = parseConfig({ UPSTREAMS: [A] }, "workers");
  const clock = createTestClock();
  const rest = { isDeployedInvalid: false, clock, ttlMs: 1, onChange: () => {} };
  for (const isWritable of [false, true]) {
    const logs: FleetLog[] = [];
    const log = (entry: FleetLog) => void logs.push(entry);
    const source = createFleetSource({ deployed: registry, join, authority: undefined, isWritable, log, ...rest });
    await source.renew();
    assert.deepEqual([source.age(), source.current().registry], ["fresh", registry]);
    // Where there is a token to write by, a binding that kept what was written may have been lost.
    assert.deepEqual(source.current().problems, isWritable ? [UNKEPT] : []);
    assert.deepEqual(logs, isWritable ? [{ event: "fleet-unread", problem: UNKEPT }] : []);
  }
});

Deno.test("maintenance windows that are none are left out, and said", async () => {
  const { source, write } = scene();
  const window = { id: "1", name: "a", fromMs: 1, untilMs: 2, reason: "" };
  write(MAINTENANCE_KEY, [window, { id: 2 }]);
  await source.renew();
  assert.deepEqual([source.current().maintenance, source.current().problems], [[window], [INVALID]]);
});
