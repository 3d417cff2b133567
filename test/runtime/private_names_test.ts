import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { entriesOf } from "../support/rollcall.ts";
import { startUpstream } from "../support/upstream.ts";

const ROOT = new URL("../../", import.meta.url);

/** A process with an `/etc/hosts` of its own, as one whose DNS was rebound sees the world. */
const UNSHARE = ["-rm", "sh", "-c", 'mount --bind "$HOSTS" /etc/hosts && exec "$0" "$@"'];

const canUnshare = Deno.build.os === "linux" && await unshares();

Deno.test({
  name: "Deno: a registered name that leads to a private address is not asked, UNKNOWN, and told to the operator",
  ignore: !canUnshare,
  async fn() {
    await using upstream = await startUpstream();
    const { port } = new URL(upstream.url);
    const url = `http://checkout.acme.com:${port}`;
    const refused = await ask(url, {});
    assert.deepEqual([refused.status, refused.servingStatus, upstream.requests()], [503, "UNKNOWN", 0]);
    const [told, ...more] = entriesOf(refused.log, "upstream-refused");
    assert.deepEqual([told?.["upstream"], more], ["checkout", []]);
    assert.equal(entriesOf(refused.log, "refresh")[0]?.["notAttempted"], 1);
    assert.doesNotMatch(JSON.stringify(told), /\d+\.\d+\.\d+\.\d+/);

    // The very same name, where that is wanted: it was the guard that kept the probe.
    const allowed = await ask(url, { ALLOW_PRIVATE_UPSTREAMS: "true" });
    assert.deepEqual([allowed.status, allowed.servingStatus], [200, "SERVING"]);
    assert.ok(upstream.requests() > 0);
  },
});

/** Ask a Rollcall of its own, to whose machine `checkout.acme.com` is 127.0.0.1. */
async function ask(
  url: string,
  vars: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly servingStatus: string; readonly log: string }> {
  const folder = await Deno.makeTempDir();
  const env = {
    HOSTS: `${folder}/hosts`,
    HOST: "127.0.0.1",
    PORT: "0",
    GRPC_PORT: "off",
    KV_PATH: `${folder}/kv.sqlite3`,
    DRAIN_MS: "0",
    UPSTREAMS: JSON.stringify([{ name: "checkout", url, protocol: "grpc-web" }]),
    ...vars,
  };
  await Deno.writeTextFile(env.HOSTS, "127.0.0.1 localhost checkout.acme.com\n");
  const command = [Deno.execPath(), "run", "-A", "--unstable-kv", "src/deno.ts"];
  const args = [...UNSHARE, ...command];
  const process = new Deno.Command("unshare", { args, cwd: ROOT, env, stdin: "null", stdout: "piped" }).spawn();
  let log = "";
  const printing = process.stdout.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (text) => void (log += text) }),
  );
  const listening = await eventually(() => entriesOf(log, "listening")[0], () => `it does not listen: ${log}`);
  const answer = await fetch(`${listening["url"]}/health`);
  const { servingStatus } = await answer.json();
  await eventually(() => entriesOf(log, "refresh")[0], () => `it does not refresh: ${log}`);
  process.kill("SIGTERM");
  await Promise.all([process.status, printing]);
  await Deno.remove(folder, { recursive: true });
  return { status: answer.status, servingStatus, log };
}

async function unshares(): Promise<boolean> {
  try {
    const args = [...UNSHARE, "true"];
    return (await new Deno.Command("unshare", { args, env: { HOSTS: "/etc/hosts" } }).output()).success;
  } catch {
    return false;
  }
}
