import { isObject } from "../wire/json.ts";
import { mismatch, type Verdict } from "./verdict.ts";

/** The media type of a health answer over HTTP. */
export const HEALTH_JSON = "application/health+json";

/**
 * Judge a body of that type: https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06
 *
 * @param document Undefined when it is no JSON.
 */
export function judgeHealthJson(document: unknown): Verdict {
  const word = isObject(document) ? document["status"] : undefined;
  if (!isObject(document) || typeof word !== "string") return mismatch(`${HEALTH_JSON} without a status`);
  const meaning = WORDS.get(word.toLowerCase());
  const text = textOf(document);
  const message = text === "" ? `status ${JSON.stringify(word)}` : text;
  if (meaning === undefined) {
    return { kind: "answered", status: "UNKNOWN", reason: "status_unknown", message, isFramed: true };
  }
  if (meaning === "fail") return { kind: "answered", status: "NOT_SERVING", message, isFramed: true };
  const warning = meaning === "warn" ? { message: text === "" ? "warn" : `warn: ${text}` } : {};
  return { kind: "answered", status: "SERVING", ...warning, isFramed: true };
}

/** The draft's three words, and those it says that other implementations use. */
const WORDS: ReadonlyMap<string, "pass" | "warn" | "fail"> = new Map([
  ["pass", "pass"],
  ["ok", "pass"],
  ["up", "pass"],
  ["warn", "warn"],
  ["fail", "fail"],
  ["error", "fail"],
  ["down", "fail"],
]);

/** What the body says in words: `output`, or else `notes`. */
function textOf({ output, notes }: Readonly<Record<string, unknown>>): string {
  if (typeof output === "string" && output !== "") return output;
  return Array.isArray(notes) ? notes.filter((note) => typeof note === "string").join("; ") : "";
}
