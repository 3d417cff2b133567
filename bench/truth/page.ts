const PAGE = new URL("../../docs/verdicts.md", import.meta.url);

/** Put measured text into docs/verdicts.md, between the comments that name its part; the words around it stay. */
export async function writePart(part: "tables" | "real", text: string): Promise<void> {
  const page = await Deno.readTextFile(PAGE);
  const [begin, end] = [`<!-- begin ${part} -->\n`, `\n<!-- end ${part} -->`];
  const [from, until] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || until < from) throw new Error(`Cannot write ${part}: docs/verdicts.md has no place for it`);
  await Deno.writeTextFile(PAGE, page.slice(0, from + begin.length) + text + page.slice(until));
}
