import { gzipSync } from "node:zlib";
import type { Row } from "./lab/table.ts";

interface Metafile {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, { bytesInOutput: number }>> }>>;
}

/** How many of the largest parts are shown. */
const SHOWN = 8;

/** The size of the minified bundle, and what it is made of. */
export function bundleSize(): Row[] {
  const dist = new URL("../dist/", import.meta.url);
  const bundle = Deno.readFileSync(new URL("worker.js", dist));
  const { outputs }: Metafile = JSON.parse(Deno.readTextFileSync(new URL("bundle-meta.json", dist)));
  const inputs = outputs["dist/worker.js"]?.inputs ?? {};
  const parts = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    parts.set(partOf(path), (parts.get(partOf(path)) ?? 0) + bytesInOutput);
  }
  const largest = [...parts].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
  return [
    ["worker.js, minified", `${kilobytes(bundle.length)} kB`, "", ""],
    ["worker.js, gzip", `${kilobytes(gzipSync(bundle).length)} kB`, "", ""],
    ...largest.map(([part, bytes]): Row => [
      `  ${part}`,
      `${kilobytes(bytes)} kB`,
      "worker.js, minified",
      (bytes / bundle.length).toFixed(2),
    ]),
  ];
}

/** The npm package a file is of, or the folder of ours. */
function partOf(path: string): string {
  const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  return inPackage ?? /^(?:\.\.\/)*(src\/[^/]+)/.exec(path)?.[1] ?? path;
}

function kilobytes(bytes: number): string {
  return (bytes / 1_000).toFixed(1);
}
