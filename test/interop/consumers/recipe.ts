/** A text to be found, and what to write in its place. */
export type Change = readonly [from: string, to: string];

/** Text of a file of `deploy/` with changes made. Throws when it has not what is to be changed. */
export function recipe(name: string, changes: readonly Change[]): string {
  const file = new URL(`../../../deploy/${name}`, import.meta.url);
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`Cannot change ${name}: it has no ${JSON.stringify(from)}`);
    return text.replaceAll(from, to);
  }, Deno.readTextFileSync(file));
}
