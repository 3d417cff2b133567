/** Whether a value read from outside is what it must be. */
export type Check = (value: unknown) => boolean;

/** One check for every field of `T`, so that a field added to a core type does not compile until it is checked here. */
export type Shape<T> = { readonly [K in keyof T]-?: Check };

/** Every known field passes its check, and there is no other, `__proto__` included. */
export function hasShape<T>(value: unknown, shape: Shape<T>): value is T {
  if (!isObject(value)) return false;
  const checks = Object.entries<Check>(shape);
  return checks.every(([field, check]) => check(value[field])) &&
    Object.keys(value).every((field) => Object.hasOwn(shape, field));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isString(value: unknown): boolean {
  return typeof value === "string";
}

export function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

/** A time or a duration. JSON has no NaN, but it reads 1e999 as Infinity. */
export function isAmount(value: unknown): boolean {
  return Number.isFinite(value) && Number(value) >= 0;
}

export function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

export function isKeyOf(table: Readonly<Record<string, true>>): Check {
  return (value) => typeof value === "string" && Object.hasOwn(table, value);
}

export function isRecordOf(check: Check): Check {
  return (value) => isObject(value) && Object.values(value).every(check);
}

export function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}
