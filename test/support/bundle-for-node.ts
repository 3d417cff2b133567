import { createRequire } from "node:module";

/** Bundle a program for Node, whose imports are relative to `from`; packages stay imports. */
export async function bundleForNode(program: string, from: string): Promise<string> {
  // It comes with wrangler, which pins it.
  const esbuild = createRequire(import.meta.resolve("wrangler"))("esbuild");
  const result = await esbuild.build({
    stdin: { contents: program, resolveDir: new URL(".", from).pathname, loader: "ts" },
    bundle: true,
    platform: "node",
    packages: "external",
    format: "esm",
    write: false,
  });
  await esbuild.stop();
  return result.outputFiles[0].text;
}
