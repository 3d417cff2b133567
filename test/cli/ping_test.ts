import assert from "node:assert/strict";
import { systemClock } from "../../src/clock.ts";
import { createDenoNetwork } from "../../src/probe/network/deno.ts";
import type { Io } from "../../src/cli/io.ts";
import { leisurely, runRollcall, startRollcall } from "../support/cli.ts";
import { startHttp2Upstream } from "../support/http2-upstream.ts";
import { type JinaGateway, startJinaGateway } from "../support/jina-gateway.ts";
import { CA } from "../support/tls.ts";

/** A clock whose pauses end at once; `between` happens in them. */
function hurried(between: (pause: number) => void = () => {}) {
  const pausesMs: number[] = [];
  const sleep = (ms: number) => {
    pausesMs.push(ms);
    between(pausesMs.length);
    return Promise.resolve();
  };
  return { pausesMs, clock: { ...leisurely(3_000), sleep } };
}

/** Ping without waiting between rounds. */
function ping(args: readonly string[], io: Partial<Io> = {}) {
  return runRollcall(["ping", ...args], { clock: hurried().clock, ...io });
}

/** Measured times as `N`. */
function untimed(text: string): string {
  return text.replaceAll(/\d+ ms|(?<=\()\d+\.\d\ds/g, "N").replaceAll(/(?<=takes )\d+ second(s?)/g, "N second$1");
}

async function withGateway(test: (gateway: JinaGateway) => Promise<void>): Promise<void> {
  await using gateway = await startJinaGateway();
  await test(gateway);
}

Deno.test("rollcall ping flow prints three rounds and the average latency, and pauses between rounds only", () =>
  withGateway(async ({ grpc }) => {
    const { pausesMs, clock } = hurried();
    const { exitCode, stdout, stderr } = await ping(["flow", grpc], { clock });
    const rounds = [0, 1, 2].map((round) =>
      `ping ${grpc} at ${round} round...\nping ${grpc} at ${round} round takes N seconds (N)\n`
    );
    assert.equal(untimed(stdout), `${rounds.join("")}avg. latency: N\n`);
    assert.match(stdout, /avg\. latency: \d+ ms\n$/);
    assert.match(stdout, /at 2 round takes 0 seconds \(0\.\d\ds\)\n/);
    assert.deepEqual([exitCode, stderr, pausesMs], [0, "", [1_000, 1_000]]);
  }));

Deno.test("rollcall ping flow prints the losses and ends with 1 when nobody listens", async () => {
  const { exitCode, stdout } = await ping(["flow", "localhost:1"]);
  const round = (n: number, retry: string) =>
    `ping localhost:1 at ${n} round...\n` +
    "Error while getting response from grpc server: UNAVAILABLE: Connection refused (os error 111)\n" +
    `not responding, retry ${retry}\nping localhost:1 at ${n} round takes N seconds (N)\n`;
  const rounds = [round(0, "(1/3) in 1s"), round(1, "(2/3) in 1s"), round(2, "(3/3)")];
  assert.equal(untimed(stdout), `${rounds.join("")}message lost 100% (3/3)\n`);
  assert.equal(exitCode, 1);
});

for (const protocol of ["grpc", "http", "ws"] as const) {
  Deno.test(`rollcall ping flow tells a failed dry run's description over ${protocol}`, () =>
    withGateway(async (gateway) => {
      gateway.fail("|Gateway: Communication error with deployment executor0");
      const { exitCode, stdout } = await ping(["flow", gateway[protocol], "--attempts", "1"]);
      const name = protocol === "ws" ? "websocket" : protocol;
      assert.match(
        stdout,
        new RegExp(`response from ${name} server: ERROR: \\|Gateway: Communication error with deployment executor0`),
      );
      assert.equal(exitCode, 1);
    }));

  Deno.test(`rollcall ping asks gateway and executor for their own health over ${protocol}, not for a dry run`, () =>
    withGateway(async (gateway) => {
      gateway.fail("an Executor is down");
      assert.equal((await ping(["flow", gateway[protocol], "--attempts", "1"])).exitCode, 1);
      for (const target of ["gateway", "executor"]) {
        assert.equal((await ping([target, gateway[protocol], "--attempts", "1"])).exitCode, 0);
      }
    }));
}

Deno.test("rollcall ping executor tells the code and the detail that the server gave", async () => {
  await using upstream = await startHttp2Upstream({ services: { other: "SERVING" } });
  const { exitCode, stdout } = await ping(["executor", upstream.url, "--attempts", "1"]);
  assert.match(stdout, /from grpc server: NOT_FOUND: unknown service\n/);
  upstream.setStatus("", "NOT_SERVING");
  assert.match(
    (await ping(["executor", upstream.url, "--attempts", "1"])).stdout,
    /the server answered NOT_SERVING\n/,
  );
  assert.equal(exitCode, 1);
});

for (const option of ["--attempts", "--retries"]) {
  Deno.test(`rollcall ping makes as many rounds as ${option} says`, () =>
    withGateway(async ({ http }) => {
      assert.match((await ping(["flow", http, option, "2"])).stdout, /at 1 round takes .*\navg\. latency/);
      assert.deepEqual(await ping(["flow", http, option, "0"]), { exitCode: 1, stdout: "", stderr: "" });
      assert.equal((await ping(["flow", http, option, "0", "--min-successful-attempts", "0"])).exitCode, 0);
    }));
}

Deno.test("rollcall ping refuses --retries beside --attempts", async () => {
  const { exitCode, stderr } = await ping(["flow", "h", "--retries", "1", "--attempts", "2"]);
  assert.equal(exitCode, 2);
  assert.match(stderr, /'--retries <n>' cannot be used with option '--attempts <n>'/);
});

Deno.test("rollcall ping needs one success of three, or as many as --min-successful-attempts says", () =>
  withGateway(async (gateway) => {
    const once = async (args: readonly string[]) => {
      gateway.fail(undefined);
      const { clock } = hurried(() => gateway.fail("down"));
      return await ping(["flow", gateway.grpc, "--attempts", "3", ...args], { clock });
    };
    const enough = await once([]);
    assert.equal(enough.exitCode, 0);
    assert.match(enough.stdout, /message lost 67% \(2\/3\)\navg\. latency: \d+ ms\n$/);
    const tooFew = await once(["--min-successful-attempts", "2"]);
    assert.equal(tooFew.exitCode, 1);
    assert.match(tooFew.stdout, /readiness check succeeded 1 times, less than 2\n$/);
  }));

for (const target of ["flow", "gateway", "executor"]) {
  for (const scheme of ["grpc", "http", "ws"]) {
    Deno.test(`rollcall ping ${target} gives a silent ${scheme} server as long as --timeout says`, async () => {
      using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const host = `${scheme}://127.0.0.1:${(silent.addr as Deno.NetAddr).port}`;
      const armedMs: number[] = [];
      const clock = {
        ...hurried().clock,
        after: (ms: number, wake: () => void) => {
          armedMs.push(ms);
          return systemClock.after(ms === 1_234 ? 0 : ms, wake);
        },
      };
      const { exitCode, stdout } = await ping([target, host, "--timeout", "1234", "--attempts", "1"], { clock });
      assert.match(stdout, /DEADLINE_EXCEEDED/);
      assert.deepEqual([exitCode, armedMs.includes(1_234)], [1, true]);
    });
  }
}

Deno.test("rollcall ping waits for ever with --timeout -1, 3 s by default, and ends with 1 at Ctrl-C", async () => {
  for (const [args, isArmed] of [[["--timeout", "-1"], false], [[], true]] as const) {
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const armedMs: number[] = [];
    const after = (ms: number, wake: () => void) => {
      armedMs.push(ms);
      return systemClock.after(ms, wake);
    };
    const host = `127.0.0.1:${(silent.addr as Deno.NetAddr).port}`;
    const running = startRollcall(["ping", "flow", host, ...args], { clock: { ...systemClock, after } });
    const conn = await silent.accept();
    running.stop();
    assert.equal(await running.exitCode, 1);
    conn.close();
    assert.equal(armedMs.includes(3_000), isArmed);
  }
});

Deno.test("rollcall ping is over TLS where the scheme says so, and in plaintext where not", async () => {
  await using upstream = await startHttp2Upstream({ certificate: "good" });
  const own = createDenoNetwork();
  const network = {
    ...own,
    dial: (server: Parameters<typeof own.dial>[0], signal: AbortSignal) =>
      own.dial({ ...server, tls: { ca: CA } }, signal),
  };
  const asked = (host: string) => ping(["gateway", host, "--attempts", "1"], { network });
  assert.equal((await asked(`grpcs://localhost:${upstream.port}`)).exitCode, 0);
  assert.equal((await asked(`grpc://localhost:${upstream.port}`)).exitCode, 1);
  const untrusted = await ping(["gateway", `https://localhost:${upstream.port}`, "--attempts", "1"]);
  assert.match(untrusted.stdout, /UNAVAILABLE: invalid peer certificate/);
});

for (
  const args of [
    ["flow", "h", "--timeout", "x"],
    ["flow", "h", "--timeout", "0"],
    ["flow", "h", "--attempts", "-1"],
    ["flow", "h", "--min-successful-attempts", "1.5"],
    ["pod", "h"],
    ["flow"],
  ]
) {
  Deno.test(`rollcall ping ${args.join(" ")} ends with 2`, async () => {
    const { exitCode, stdout, stderr } = await ping(args);
    assert.deepEqual([exitCode, stdout], [2, ""]);
    assert.match(stderr, /^error: .*; .*\n$/);
  });
}

Deno.test("rollcall ping colours what failed on a terminal, unless NO_COLOR is set", async () => {
  for (const [env, isColored] of [[{}, true], [{ NO_COLOR: "1" }, false]] as const) {
    let text = "";
    const stdout = { isTerminal: true, columns: 80, write: (part: string) => void (text += part) };
    await ping(["flow", "localhost:1", "--attempts", "1"], { stdout, env });
    assert.equal(text.includes("\x1b[33mnot responding"), isColored);
  }
});
