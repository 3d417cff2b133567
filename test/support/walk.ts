/** Every file below a folder, as paths relative to it, in order of name. */
export function walkSync(folder: URL, prefix = ""): string[] {
  return [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1).flatMap((entry) =>
    entry.isDirectory
      ? walkSync(new URL(`${entry.name}/`, folder), `${prefix}${entry.name}/`)
      : `${prefix}${entry.name}`
  );
}
