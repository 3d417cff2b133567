/** What to do about an unknown field: the known one that was probably meant, and all there are. */
export function unknownFieldFix(key: string, known: readonly string[]): string {
  const meant = closest(key, known);
  const fields = known.join(", ");
  return meant === undefined ? `the fields are ${fields}` : `did you mean ${meant}? The fields are ${fields}`;
}

/** Edits a typing slip takes at most; case, `_` and `-` are not counted. */
const SLIP_EDITS = 2;

/** The one of `known` that a typing slip may have meant; undefined when none is near. */
export function closest(key: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, edits: editDistance(bare(key), bare(name)) }))
    .filter(({ name, edits }) => edits <= SLIP_EDITS && edits < name.length / 2)
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.name;
}

function bare(key: string): string {
  return key.slice(0, 40).toLowerCase().replaceAll(/[_-]/g, "");
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = cell(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, cell(row, j) + 1, cell(next, j - 1) + 1));
    }
    row = next;
  }
  return cell(row, b.length);
}

function cell(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
