import assert from "node:assert/strict";
import { ADMIN_TOKEN, adminClients } from "../../support/admin-clients.ts";
import { eventually, passed } from "../../support/eventually.ts";
import { listenerPid } from "../../support/listener-pid.ts";
import type { RunningRollcall, StartRollcall } from "../../support/rollcall.ts";
import { tagged, tagOf } from "../../support/tagged-registry.ts";

const CRASHES = 3;
const WRITES_BETWEEN = 15;

/** What was acknowledged is kept, whatever becomes of the process. */
export function registryCrashSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: SIGKILL amid writes loses no registry that was acknowledged, and tears none`, async () => {
    await using rollcall = await start({ vars: { ADMIN_TOKEN }, isDirect: true });
    let version = 0;
    for (let crash = 0; crash < CRASHES; crash++) {
      const acknowledged = await writeUntilKilled(rollcall, version);
      assert.ok(acknowledged >= version + WRITES_BETWEEN);
      await rollcall.restart();
      const kept = await adminClients(rollcall.url).registry.getRegistry({});
      // The write that the kill cut off was kept or not; nobody was told.
      assert.ok([acknowledged, acknowledged + 1].includes(kept.version), `${kept.version} after ${acknowledged}`);
      assert.equal(tagOf(kept.registry), `v${kept.version}`);
      version = kept.version;
    }
  });
}

/** Write one version after the other until nobody answers, and kill who does meanwhile. Gives the last acknowledged. */
async function writeUntilKilled(rollcall: RunningRollcall, from: number): Promise<number> {
  const { registry } = adminClients(rollcall.url);
  const pid = listenerPid(Number(new URL(rollcall.url).port));
  let version = from;
  for (;;) {
    const next = version + 1;
    const written = registry.applyRegistry({ registry: tagged(`v${next}`), expectedVersion: version });
    if (next === from + WRITES_BETWEEN + 1) Deno.kill(pid, "SIGKILL");
    const applied = await written.catch(() => undefined);
    if (applied === undefined) break;
    version = applied.version;
  }
  await eventually(() => isGone(pid) || undefined, () => `process ${pid} is still there`);
  // So that whoever started it has heard of its end.
  await passed(100);
  return version;
}

function isGone(pid: number): boolean {
  try {
    Deno.statSync(`/proc/${pid}`);
    return false;
  } catch {
    return true;
  }
}
