import assert from "node:assert/strict";
import { questionOf } from "../../src/core/question.ts";
import type { Upstream } from "../../src/core/registry.ts";
import { upstream } from "../support/fleet.ts";

const ANOTHER: readonly Partial<Upstream>[] = [
  { url: "https://elsewhere.example.com" },
  { protocol: "connect" },
  { codec: "json" },
  { kind: "executor" },
  { http: { method: "GET", statuses: [{ from: 200, to: 299 }] } },
  { via: "INSIDE" },
  { authority: "inside.example.com" },
  { tls: { serverName: "inside.example.com" } },
];

const THE_SAME: readonly Partial<Upstream>[] = [
  { headers: { authorization: "another" } },
  { timeoutMs: 9_000 },
  { ttlMs: 9_000 },
  { services: ["", "acme.Cart"] },
  { critical: false },
  { isWatched: true },
];

Deno.test("questionOf() is another for what is asked otherwise, or elsewhere", () => {
  const questions = [upstream("a"), ...ANOTHER.map((more) => upstream("a", more))].map(questionOf);
  assert.equal(new Set(questions).size, questions.length);
  for (const question of questions) assert.match(question, /^[0-9a-f]{8}$/);
});

Deno.test("questionOf() is the same whatever the upstream is called, and however long or by whose token it is asked", () => {
  const { url } = upstream("a");
  for (const more of THE_SAME) assert.equal(questionOf(upstream("b", { url, ...more })), questionOf(upstream("a")));
});
