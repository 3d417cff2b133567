import { childField, type Field, refuse } from "./field.ts";
import { unknownFieldFix } from "./known-fields.ts";

// Each reader gives the fallback when the field is not set, and notes a problem and gives the fallback when it is wrong.

/** Whole numbers from `min` to `max`. */
export interface Range {
  readonly min: number;
  readonly max: number;
  /** A word that the caller takes instead of a number, for the problem's text. */
  readonly orWord?: string;
}

/** Durations end where timers do: `setTimeout` takes a signed 32-bit number of milliseconds. */
export const DURATION_MS: Range = { min: 1, max: 2_147_483_647 };

/** How long one probe or one answer may take: a refresh ends 25 s after its start, and must have heard of its probes by then. */
export const WAIT_MS: Range = { min: 1, max: 20_000 };

/** A whole number of `range`, typed or as text. */
export function readInteger(field: Field, range: Range, fallback: number): number {
  if (field.value === undefined) return fallback;
  const isDigits = typeof field.value === "string" && /^[+-]?\d{1,15}$/.test(field.value.trim());
  const value = isDigits ? Number(field.value) : field.value;
  const orWord = range.orWord === undefined ? "" : `, or ${range.orWord}`;
  const fix = `write ${range.min}..${range.max} in digits${orWord}`;
  if (typeof value !== "number" || !Number.isSafeInteger(value)) {
    return refuse(field, "not a whole number", fix) ?? fallback;
  }
  return value < range.min || value > range.max ? refuse(field, "out of range", fix) ?? fallback : value;
}

const TRUE_WORDS = ["true", "1", "yes", "on"];
const FALSE_WORDS = ["false", "0", "no", "off"];

/** A boolean, typed or as text. */
export function readBoolean(field: Field, fallback: boolean): boolean {
  if (field.value === undefined) return fallback;
  const word = typeof field.value === "object" ? "" : String(field.value).trim().toLowerCase();
  if (TRUE_WORDS.includes(word) || FALSE_WORDS.includes(word)) return TRUE_WORDS.includes(word);
  return refuse(field, "not a boolean", "write true or false") ?? fallback;
}

/** Text of at least one character and no control characters, that comes through UTF-8 as it is. */
export function readText(field: Field): string | undefined {
  if (field.value === undefined) return undefined;
  if (typeof field.value !== "string") return refuse(field, "not text", "write it in quotes");
  if (field.value.trim() === "") return refuse(field, "empty", "write some text");
  // In protobuf it would be another text: a name that nobody can ask for.
  if (!field.value.isWellFormed()) return refuse(field, "it has half a surrogate pair", "write whole characters");
  if (!hasControlChars(field.value)) return field.value;
  return refuse(field, "it has control characters", "remove them (a value read from a file may end with a line break)");
}

/** One of a few words. */
export function readChoice<T extends string>(field: Field, choices: readonly T[], fallback: T): T {
  if (field.value === undefined) return fallback;
  const choice = choices.find((choice) => choice === field.value);
  return choice ?? refuse(field, "not one of the choices", `write ${quotedChoices(choices)}`) ?? fallback;
}

/** A table whose keys are all `known`; other keys are noted, and do not make it undefined. */
export function readTable(field: Field, known: readonly string[]): Readonly<Record<string, unknown>> | undefined {
  if (!isTable(field.value)) return refuse(field, "not a table", `write one with the fields ${known.join(", ")}`);
  for (const key of Object.keys(field.value)) {
    if (known.includes(key)) continue;
    refuse(childField(field, key, undefined), "unknown field", unknownFieldFix(key, known));
  }
  return field.value;
}

/** The value of a variable that may be written as JSON text; undefined when it is not set, or no JSON. */
export function readJson(field: Field): unknown {
  if (typeof field.value !== "string") return field.value;
  try {
    return JSON.parse(field.value);
  } catch (error) {
    return refuse({ ...field, isSecret: true }, `not JSON${jsonErrorPlace(error)}`, "correct the JSON text");
  }
}

/** Where `JSON.parse` failed, as ` at line 1 column 5`, or `""`; its message quotes the text, which may hold secrets. */
export function jsonErrorPlace(error: unknown): string {
  const [, line, column] = /\(line (\d+) column (\d+)\)/.exec(String(error)) ?? [];
  return line === undefined ? "" : ` at line ${line} column ${column}`;
}

/** A table, not a list or null. */
export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** C0 and C1 controls and DEL, which hide in logs and break headers. */
function hasControlChars(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

/** `"a", "b" or "c"`. */
function quotedChoices(choices: readonly string[]): string {
  const quoted = choices.map((choice) => JSON.stringify(choice));
  return [quoted.slice(0, -1).join(", "), ...quoted.slice(-1)].filter((part) => part !== "").join(" or ");
}
