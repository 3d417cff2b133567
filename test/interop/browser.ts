/** Longer than a browser takes to start and a page to do its work on a busy machine, in milliseconds. */
const WITHIN_MS = 60_000;

/** What of these can be run here; undefined when none. */
export async function findChromium(): Promise<string | undefined> {
  for (const program of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      const { success } = await new Deno.Command(program, { args: ["--version"], stderr: "null" }).output();
      if (success) return program;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

/**
 * Open a page in a headless browser, and give what it posts to `/result`. The page is served from an origin of its own.
 *
 * @param html Its document; `script` is what it finds at every path that ends with `.js`.
 */
export async function openPage(chromium: string, html: string, script: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/result") resolve(await request.text());
    if (pathname.endsWith(".js")) return new Response(script, { headers: { "content-type": "text/javascript" } });
    return new Response(html, { headers: { "content-type": "text/html" } });
  });
  const profile = await Deno.makeTempDir({ prefix: "rollcall-browser-" });
  const browser = new Deno.Command(chromium, {
    // A sandbox needs rights that a container seldom has; the page is our own.
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${server.addr.port}/`,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timer = setTimeout(() => reject(new Error(`Cannot open the page: no result in ${WITHIN_MS} ms`)), WITHIN_MS);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    browser.kill("SIGTERM");
    await browser.status;
    await server.shutdown();
    // The browser's helpers may write for a moment more.
    await Deno.remove(profile, { recursive: true }).catch(() => {});
  }
}
