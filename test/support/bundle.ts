import { createRequire } from "node:module";

/** Bundle a Worker written in the test, whose imports are relative to `from`, for Miniflare's `script`. */
export async function bundle(source: string, from: string): Promise<string> {
  // It comes with wrangler, which pins it.
  const esbuild = createRequire(import.meta.resolve("wrangler"))("esbuild");
  const result = await esbuild.build({
    stdin: { contents: source, resolveDir: new URL(".", from).pathname, loader: "ts" },
    bundle: true,
    format: "esm",
    write: false,
    minify: true,
    external: ["cloudflare:*"],
  });
  await esbuild.stop();
  return result.outputFiles[0].text;
}
