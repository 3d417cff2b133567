/** The fenced blocks of one language in a page of docs, in order. */
export function examplesIn(page: string, language: string): readonly string[] {
  const text = Deno.readTextFileSync(new URL(`../../docs/${page}`, import.meta.url));
  return [...text.matchAll(new RegExp("^```" + language + "\\n(.*?)^```$", "gms"))].flatMap((match) => match[1] ?? []);
}

/** What an example says that it prints: the comment behind each `console.log`. */
export function promisesOf(example: string): readonly string[] {
  return [...example.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].flatMap((match) => match[1] ?? []);
}
