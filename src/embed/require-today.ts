/**
 * Refuse a platform that lacks what Rollcall is written in: else requests would fail one by one, in words of the engine.
 *
 * @throws {TypeError} That tells what to do.
 */
export function requireToday(): void {
  if (typeof Promise.try === "function" && typeof URL.parse === "function") return;
  throw new TypeError("Cannot create a Rollcall: this platform is older than Node 24; import embed/node-20.ts before");
}
