/** What one run of `h2load` (Debian: nghttp2-client) saw. */
export interface H2loadRun {
  readonly succeeded: number;
  /** Bytes of all bodies together. */
  readonly bodyBytes: number;
  readonly callsPerSecond: number;
}

/** How it asks. */
export interface H2loadOptions {
  readonly port: number;
  readonly calls: number;
  readonly connections: number;
  /** Calls under way on each connection. */
  readonly streams: number;
}

const CHECK = "/grpc.health.v1.Health/Check";

/** Whether it is here. */
export async function hasH2load(): Promise<boolean> {
  return await new Deno.Command("h2load", { args: ["--version"], stdout: "null", stderr: "null" }).output()
    .then(({ success }) => success, () => false);
}

/** Ask for the health of the whole server, many times. */
export async function h2load(options: H2loadOptions): Promise<H2loadRun> {
  const { stdout } = await (await command(options)).output();
  const text = new TextDecoder().decode(stdout);
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? NaN);
  return {
    succeeded: number(/(\d+) succeeded/),
    bodyBytes: number(/\((\d+)\) data/),
    callsPerSecond: number(/finished in [^,]*, ([\d.]+) req\/s/),
  };
}

/** Begin to ask, without an end in sight, and be killed on the way. */
export async function killedH2load(options: H2loadOptions, whenReached: Promise<unknown>): Promise<void> {
  const child = (await command({ ...options, calls: 100_000_000 })).spawn();
  await whenReached;
  child.kill("SIGKILL");
  await child.output();
}

async function command({ port, calls, connections, streams }: H2loadOptions): Promise<Deno.Command> {
  const body = await Deno.makeTempFile({ prefix: "check-", suffix: ".bin" });
  await Deno.writeFile(body, new Uint8Array(5));
  const headers = ["content-type: application/grpc", "te: trailers"].flatMap((header) => ["-H", header]);
  const load = ["-n", String(calls), "-c", String(connections), "-m", String(streams), "-d", body];
  const url = `http://127.0.0.1:${port}${CHECK}`;
  return new Deno.Command("h2load", {
    args: [...load, ...headers, url],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  });
}
