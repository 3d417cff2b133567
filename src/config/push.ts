import { addressProblem } from "../core/address.ts";
import { type Field, refuse } from "./field.ts";
import { type Range, readInteger, readText } from "./read.ts";
import { readUrl } from "./upstream-url.ts";

/** Where a satellite pushes what it sees. */
export interface PushConfig {
  /** The other Rollcall, `https://host[:port][/path]`. */
  readonly url: string;
  /** What this one is registered as there. */
  readonly name: string;
  /** How often it pushes while nothing changes. */
  readonly everyMs: number;
  /** Sent as a bearer token; never logged or shown. */
  readonly token: string;
}

/** A quarter of the time for which a report holds by default: two may be lost. */
const DEFAULT_EVERY_MS = 15_000;

/** More often is for what changes, which is pushed at once. */
const EVERY_MS: Range = { min: 1_000, max: 3_600_000 };

/** Read PUSH_TO, PUSH_AS and PUSH_EVERY_MS; undefined where nothing is pushed, or a problem was noted. */
export function readPush(
  fieldOf: (name: "PUSH_TO" | "PUSH_AS" | "PUSH_EVERY_MS") => Field,
  { pushToken, isPrivateAllowed }: { readonly pushToken: string | undefined; readonly isPrivateAllowed: boolean },
): PushConfig | undefined {
  const [to, as] = [fieldOf("PUSH_TO"), fieldOf("PUSH_AS")];
  const everyMs = readInteger(fieldOf("PUSH_EVERY_MS"), EVERY_MS, DEFAULT_EVERY_MS);
  const name = readText(as);
  if (to.value === undefined) {
    if (name !== undefined) refuse(as, "there is no PUSH_TO", "set it to the Rollcall to push to, or remove this");
    return undefined;
  }
  const url = readTo(to, isPrivateAllowed);
  if (as.value === undefined) {
    refuse(as, "missing", "set it to the name of the upstream of protocol satellite that this is there");
  }
  if (pushToken === undefined) {
    refuse({ ...to, value: undefined }, "there is no PUSH_TOKEN to push with", "set the PUSH_TOKEN of that Rollcall");
  }
  if (url === undefined || name === undefined || pushToken === undefined) return undefined;
  return { url, name, everyMs, token: pushToken };
}

/** The token must not travel in the clear, but where no stranger is on the way. */
function readTo(field: Field, isPrivateAllowed: boolean): string | undefined {
  const url = readUrl(field);
  if (url === undefined || url.scheme === "https") return url?.url;
  if (url.scheme !== "http") {
    return refuse(field, `${url.scheme}:// is no scheme to push by`, "write an https:// address");
  }
  if (isPrivateAllowed && addressProblem(url.host) !== undefined) return url.url;
  return refuse(
    field,
    "over http:// the token can be read on the way",
    "write an https:// address, or a private one with ALLOW_PRIVATE_UPSTREAMS = true",
  );
}
