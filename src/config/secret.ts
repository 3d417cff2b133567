import type { Platform } from "../core/knobs.ts";
import { type Env, type Field, refuse } from "./field.ts";

/** Where `secret:` references resolve. */
export interface Secrets {
  readonly env: Env;
  readonly platform: Platform;
}

/** Whether a value is written as `secret:NAME`. */
export function isReference(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("secret:");
}

/**
 * Read a text that may be written as `secret:UPSTREAM_X`, which stands for the variable or Worker secret of that name.
 *
 * Only names beginning `UPSTREAM_` resolve, so that no other variable of the deployment can be sent to an upstream.
 *
 * @param field Shown as `***`, if it is marked so.
 */
export function readSecretText(field: Field, secrets: Secrets): string | undefined {
  if (typeof field.value !== "string") return refuse(field, "not text", "write it in quotes");
  if (isReference(field.value)) return resolve(field, field.value.slice("secret:".length), secrets);
  if (!field.value.includes("secret:UPSTREAM_")) return field.value;
  return refuse(field, "a secret: reference stands for the whole value", "put the rest of the value into the secret");
}

function resolve(field: Field, name: string, { env, platform }: Secrets): string | undefined {
  if (!/^UPSTREAM_[A-Za-z0-9_]+$/.test(name)) {
    return refuse(field, "its secret's name does not begin with UPSTREAM_", "rename it, as in secret:UPSTREAM_TOKEN");
  }
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (typeof value === "string" && value !== "") return value;
  const fix = platform === "workers"
    ? `run wrangler secret put ${name}, or add it to .dev.vars for wrangler dev`
    : `set the environment variable ${name}`;
  return refuse(field, `the secret ${name} is not set`, fix);
}
