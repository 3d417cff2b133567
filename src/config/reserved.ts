import { type Field, refuse } from "./field.ts";

/** Note a name that Rollcall serves itself: its liveness, or the whole fleet's readiness. */
export function checkNotReserved(field: Field, name: string, fix: string): void {
  if (name === "liveness" || name === "readiness") refuse(field, `${name} is a name of Rollcall's own`, fix);
}
