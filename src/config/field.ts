/** A Worker's bindings or a process' environment. */
export type Env = Readonly<Record<string, unknown>>;

/** One value of the configuration, with all that a problem of it says. */
export interface Field {
  /** Such as `UPSTREAMS[2].url`. */
  readonly path: string;
  /** As it came: text, TOML's or JSON's; undefined when it is not set. */
  readonly value: unknown;
  /** The upstream it belongs to; `""` for none, or one without a name. */
  readonly upstreamName: string;
  /** Its value is shown as `***`. */
  readonly isSecret: boolean;
  /** Where its problems are put, shared by all fields. */
  readonly problems: string[];
}

/** The field of an environment variable or binding; `null` and blank text are not set. */
export function envField(env: Env, name: string, problems: string[]): Field {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  const isUnset = value === null || (typeof value === "string" && value.trim() === "");
  return { path: name, value: isUnset ? undefined : value, upstreamName: "", isSecret: false, problems };
}

/** The field `key` of a table or list; of the same upstream, and no secret. */
export function childField(parent: Field, key: string | number, value: unknown): Field {
  return { ...parent, path: `${parent.path}${pathStep(key)}`, value, isSecret: false };
}

/**
 * Note a problem: `Cannot parse <field> <value> of upstream <name>: <state>; <fix>`.
 *
 * @returns Undefined, so that a reader can end with it.
 */
export function refuse(field: Field, state: string, fix: string): undefined {
  const owner = field.upstreamName === "" ? "" : ` of upstream ${quoted(field.upstreamName)}`;
  field.problems.push(`Cannot parse ${field.path}${shownValue(field)}${owner}: ${state}; ${fix}`);
}

/** Longest text shown of a value, in characters. */
const SHOWN_CHARS = 80;

/** Tables and lists are not shown: a secret may hide in them. */
function shownValue({ value, isSecret }: Field): string {
  if (value === undefined || typeof value === "object" || typeof value === "function") return "";
  if (isSecret) return " ***";
  if (typeof value !== "string") return ` ${String(value)}`;
  return ` ${quoted(value)}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text);
}

function pathStep(key: string | number): string {
  if (typeof key === "number") return `[${key}]`;
  return /^[A-Za-z0-9_-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
