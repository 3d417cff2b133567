/**
 * Make the check of a secret token.
 *
 * The time a check takes depends on the length of the secret alone, never on how much of `given` is right: no early
 * exit, and no comparison of strings.
 *
 * @param secret Not empty.
 */
export function createTokenCheck(secret: string): (given: string) => boolean {
  const expected = new TextEncoder().encode(secret);
  return (given) => {
    const actual = new TextEncoder().encode(given);
    let difference = actual.length ^ expected.length;
    for (let at = 0; at < expected.length; at++) difference |= (expected[at] ?? 0) ^ (actual[at] ?? 0);
    return difference === 0;
  };
}
