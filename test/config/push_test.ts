import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";

const TOKEN = "a-push-token-of-tests";
const SET = { PUSH_TO: "https://edge.acme.com/", PUSH_AS: "eu", PUSH_TOKEN: TOKEN };

Deno.test("parseConfig() reads where a Deno process pushes to, and as whom; a Worker pushes nowhere", () => {
  const push = { url: "https://edge.acme.com", name: "eu", everyMs: 15_000, token: TOKEN };
  assert.deepEqual(parseConfig(SET, "deno").push, push);
  assert.deepEqual(parseConfig({ ...SET, PUSH_EVERY_MS: "1000" }, "deno").push, { ...push, everyMs: 1_000 });
  for (const env of [{}, { PUSH_TOKEN: TOKEN }]) assert.equal(parseConfig(env, "deno").push, undefined);
  assert.deepEqual([parseConfig(SET, "workers").push, parseConfig(SET, "workers").problems], [undefined, []]);
});

Deno.test("parseConfig() refuses half of where to push to, and shows no token", () => {
  for (
    const [env, problem] of [
      [{ ...SET, PUSH_AS: "" }, /PUSH_AS: missing; set it to the name of the upstream of protocol satellite/],
      [{ ...SET, PUSH_TO: "" }, /PUSH_AS "eu": there is no PUSH_TO/],
      [{ ...SET, PUSH_TOKEN: "" }, /PUSH_TO: there is no PUSH_TOKEN to push with/],
      [{ ...SET, PUSH_EVERY_MS: "999" }, /PUSH_EVERY_MS "999": out of range; write 1000\.\.3600000/],
      [{ ...SET, PUSH_TO: "edge.acme.com" }, /PUSH_TO "edge\.acme\.com": it has no scheme/],
      [{ ...SET, PUSH_TO: `https://${TOKEN}@edge.acme.com` }, /PUSH_TO "https:\/\/\*\*\*@edge\.acme\.com"/],
      [{ ...SET, PUSH_TO: "grpcs://edge.acme.com" }, /grpcs:\/\/ is no scheme to push by; write an https/],
    ] as const
  ) {
    const { problems } = parseConfig(env, "deno");
    assert.equal(problems.length, 1, problems.join());
    assert.match(String(problems[0]), problem);
    assert.doesNotMatch(problems.join(), new RegExp(TOKEN));
  }
});

Deno.test("parseConfig() lets the token travel in the clear to private addresses alone, where those are allowed", () => {
  const pushTo = (PUSH_TO: string, allowed: boolean) =>
    parseConfig({ ...SET, PUSH_TO, ALLOW_PRIVATE_UPSTREAMS: allowed }, "deno").push?.url;
  for (const url of ["http://127.0.0.1:8787", "http://rollcall.edge.svc"]) {
    assert.deepEqual([pushTo(url, true), pushTo(url, false)], [url, undefined]);
  }
  for (const isAllowed of [true, false]) {
    assert.equal(pushTo("http://edge.acme.com", isAllowed), undefined);
    assert.equal(pushTo("https://10.0.0.1", isAllowed), "https://10.0.0.1");
  }
});
