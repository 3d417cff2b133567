/**
 * For Node 20 and 22: what they lack of ECMAScript and the URL standard and Rollcall is written in, each as its standard
 * says, where it is missing. Import it for that alone, before a Rollcall is created.
 */
const MISSING: readonly (readonly [owner: object, name: string, value: unknown])[] = [
  [Promise, "withResolvers", withResolvers],
  [Promise, "try", attempt],
  [URL, "parse", parse],
  [Map, "groupBy", groupBy],
  [Set.prototype, "union", union],
  [Set.prototype, "isSubsetOf", isSubsetOf],
];

for (const [owner, name, value] of MISSING) {
  if (!(name in owner)) Object.defineProperty(owner, name, { value, writable: true, configurable: true });
}

/** https://tc39.es/ecma262/#sec-promise.withResolvers */
function withResolvers<T>(): PromiseWithResolvers<T> {
  const made: Partial<Pick<PromiseWithResolvers<T>, "resolve" | "reject">> = {};
  const promise = new Promise<T>((resolve, reject) => Object.assign(made, { resolve, reject }));
  return Object.assign({ promise, resolve: () => {}, reject: () => {} }, made);
}

/** https://tc39.es/ecma262/#sec-promise.try */
function attempt<T, A extends unknown[]>(run: (...args: A) => T | PromiseLike<T>, ...args: A): Promise<T> {
  return new Promise((resolve) => resolve(run(...args)));
}

/** https://url.spec.whatwg.org/#dom-url-parse */
function parse(url: string | URL, base?: string | URL): URL | null {
  return URL.canParse(url, base) ? new URL(url, base) : null;
}

/** https://tc39.es/ecma262/#sec-map.groupby */
function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** https://tc39.es/ecma262/#sec-set.prototype.union, of sets only. */
function union<T>(this: Set<T>, other: ReadonlySet<T>): Set<T> {
  return new Set([...this, ...other]);
}

/** https://tc39.es/ecma262/#sec-set.prototype.issubsetof, of sets only. */
function isSubsetOf<T>(this: Set<T>, other: ReadonlySet<T>): boolean {
  return this.size <= other.size && [...this].every((item) => other.has(item));
}
