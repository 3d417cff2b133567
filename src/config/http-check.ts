import type { HttpCheck, JsonScalar, StatusRange } from "../core/registry.ts";
import { childField, type Field, refuse } from "./field.ts";
import { checkBelongs, type Manner } from "./manner.ts";
import { readChoice, readTable } from "./read.ts";

/** Read what an `http` upstream must answer; by default a GET, and any status of 200 to 299. Undefined for any other. */
export function readHttpCheck(
  fieldOf: (key: "method" | "expectStatus" | "expectJson") => Field,
  manner: Manner,
): HttpCheck | undefined {
  const [methodField, statusField, jsonField] = [fieldOf("method"), fieldOf("expectStatus"), fieldOf("expectJson")];
  for (const field of [methodField, statusField, jsonField]) checkBelongs(field, "http", manner);
  if (manner.protocol !== "http") return undefined;
  const method = readChoice(methodField, ["GET", "HEAD"], "GET");
  const statuses = readStatuses(statusField);
  const json = readExpectedJson(jsonField);
  if (method === "HEAD" && jsonField.value !== undefined) {
    refuse(jsonField, "the answer to HEAD has no body", "remove it, or use method GET");
  }
  return { method, statuses, ...(json && { json }) };
}

/** RFC 9110 §15.3: what "successful" means. */
const SUCCESSFUL: StatusRange = { from: 200, to: 299 };

function readStatuses(field: Field): readonly StatusRange[] {
  if (field.value === undefined) return [SUCCESSFUL];
  if (!Array.isArray(field.value)) return [readRange(field) ?? SUCCESSFUL];
  if (field.value.length === 0) refuse(field, "empty", 'name a status, or leave it out for "200-299"');
  return field.value.flatMap((value: unknown, index) => readRange(childField(field, index, value)) ?? []);
}

/** A number, or a text of one or of two with a dash between. */
function readRange(field: Field): StatusRange | undefined {
  const { value } = field;
  const text = typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
  const match = /^(\d{1,9})(?:\s*-\s*(\d{1,9}))?$/.exec(text);
  if (match === null) return refuse(field, "no HTTP status", 'write 204, or "200-299"');
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  if (from < 100 || to > 599) return refuse(field, "out of range", "write 100..599");
  return from <= to ? { from, to } : refuse(field, "it ends before it begins", `write "${to}-${from}"`);
}

function readExpectedJson(field: Field): HttpCheck["json"] {
  if (field.value === undefined) return undefined;
  const table = readTable(field, ["pointer", "equals"]);
  if (table === undefined) return undefined;
  const pointer = readPointer(childField(field, "pointer", table["pointer"]));
  const equals = readScalar(childField(field, "equals", table["equals"]));
  return pointer === undefined || equals === undefined ? undefined : { pointer, equals };
}

/** RFC 6901 §3: nothing, or steps that each begin with a slash, where `~` is written `~0` and `/` is written `~1`. */
const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/u;

function readPointer(field: Field): string | undefined {
  if (field.value === undefined) return refuse(field, "missing", 'write where to look, as "/status"');
  if (typeof field.value !== "string") return refuse(field, "not text", "write it in quotes");
  if (POINTER.test(field.value)) return field.value;
  return refuse(field, "no JSON pointer (RFC 6901)", 'write "/status", with ~1 for a / and ~0 for a ~ in a name');
}

function readScalar(field: Field): JsonScalar | undefined {
  const { value } = field;
  if (value === undefined) return refuse(field, "missing", "write the value that means serving");
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  return refuse(field, "no single JSON value", "write a text, a number or a boolean");
}
