/** The part of JSON Schema that `docs/health.schema.json` uses. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const ROOT: Schema = JSON.parse(Deno.readTextFileSync(new URL("../../docs/health.schema.json", import.meta.url)));

/** What is wrong with a /health body, by its published schema; every object there is closed. Empty when nothing is. */
export function schemaFaults(value: unknown): string[] {
  return faults(value, ROOT, "$");
}

function faults(value: unknown, schema: Schema, path: string): string[] {
  const { $ref, enum: allowed, type } = schema;
  if ($ref !== undefined) return faults(value, resolve($ref), path);
  if (allowed !== undefined && !allowed.includes(value)) return [`${path} is ${JSON.stringify(value)}`];
  if (type !== undefined && !hasType(value, [type].flat())) return [`${path} is of type ${typeOf(value)}`];
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => faults(item, must(schema.items, path), `${path}[${at}]`));
  }
  if (typeof value === "object" && value !== null) return objectFaults(value, schema, path);
  return [];
}

function objectFaults(value: object, { properties = {}, required = [] }: Schema, path: string): string[] {
  const missing = required.filter((key) => !Object.hasOwn(value, key)).map((key) => `${path}.${key} is missing`);
  const members = Object.entries(value).flatMap(([key, member]) => {
    const schema = properties[key];
    return schema === undefined ? [`${path}.${key} is not documented`] : faults(member, schema, `${path}.${key}`);
  });
  return [...missing, ...members];
}

function resolve(ref: string): Schema {
  return must(ROOT.$defs?.[ref.replace("#/$defs/", "")], ref);
}

function must(schema: Schema | undefined, path: string): Schema {
  if (schema === undefined) throw new Error(`Cannot judge ${path}: the schema does not describe it`);
  return schema;
}

function hasType(value: unknown, types: readonly string[]): boolean {
  const type = typeOf(value);
  return types.includes(type) || (type === "integer" && types.includes("number"));
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}
