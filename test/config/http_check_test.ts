import assert from "node:assert/strict";
import { problemsOf, read } from "./one-upstream.ts";

const HTTP = { url: "https://a.acme.com/healthz", protocol: "http" };

Deno.test("parseConfig() gives every default of an http upstream, and no check to any other", () => {
  const { http } = read({ upstream: HTTP, platform: "workers" });
  assert.deepEqual(http, { method: "GET", statuses: [{ from: 200, to: 299 }] });
  for (const protocol of ["auto", "grpc-web", "connect", "grpc", "jina"]) {
    assert.ok(!("http" in read({ upstream: { ...HTTP, protocol }, platform: "workers" })), protocol);
  }
});

Deno.test("parseConfig() reads what an http upstream must answer", () => {
  const rows: readonly (readonly [given: object, check: object])[] = [
    [{ method: "HEAD" }, { method: "HEAD", statuses: [{ from: 200, to: 299 }] }],
    [{ expectStatus: 204 }, { method: "GET", statuses: [{ from: 204, to: 204 }] }],
    [{ expectStatus: " 200 - 399 " }, { method: "GET", statuses: [{ from: 200, to: 399 }] }],
    [{ expectStatus: ["200-204", 301, "599", "100"] }, {
      method: "GET",
      statuses: [{ from: 200, to: 204 }, { from: 301, to: 301 }, { from: 599, to: 599 }, { from: 100, to: 100 }],
    }],
    ...["ok", "", 1, -0.5, 0, true, false, null].map((equals) =>
      [{ expectJson: { pointer: "/status", equals } }, {
        method: "GET",
        statuses: [{ from: 200, to: 299 }],
        json: { pointer: "/status", equals },
      }] as const
    ),
    // RFC 6901 §5.
    ...["", "/foo", "/foo/0", "/", "/a~1b", "/c%d", "/e^f", "/g|h", "/i\\j", '/k"l', "/ ", "/m~0n"].map((pointer) =>
      [{ method: "GET", expectJson: { pointer, equals: 1 } }, {
        method: "GET",
        statuses: [{ from: 200, to: 299 }],
        json: { pointer, equals: 1 },
      }] as const
    ),
  ];
  for (const [given, check] of rows) {
    assert.deepEqual(read({ upstream: { ...HTTP, ...given }, platform: "deno" }).http, check);
  }
});

Deno.test("parseConfig() tells what is wrong with an http upstream's check, and how to mend it", () => {
  const noStatus = 'no HTTP status; write 204, or "200-299"';
  const noPointer = 'no JSON pointer (RFC 6901); write "/status", with ~1 for a / and ~0 for a ~ in a name';
  const noScalar = "no single JSON value; write a text, a number or a boolean";
  const rows: readonly (readonly [given: object, ...problems: string[]])[] = [
    [{ method: "get" }, '.method "get": not one of the choices; write "GET" or "HEAD"'],
    [{ expectStatus: [] }, '.expectStatus: empty; name a status, or leave it out for "200-299"'],
    [{ expectStatus: "" }, `.expectStatus "": ${noStatus}`],
    [{ expectStatus: "2xx" }, `.expectStatus "2xx": ${noStatus}`],
    [{ expectStatus: "200-" }, `.expectStatus "200-": ${noStatus}`],
    [{ expectStatus: 200.5 }, `.expectStatus 200.5: ${noStatus}`],
    [{ expectStatus: -200 }, `.expectStatus -200: ${noStatus}`],
    [{ expectStatus: {} }, `.expectStatus: ${noStatus}`],
    [{ expectStatus: [200, [201]] }, `.expectStatus[1]: ${noStatus}`],
    [
      { expectStatus: [99, "200-600"] },
      ".expectStatus[0] 99: out of range; write 100..599",
      '.expectStatus[1] "200-600": out of range; write 100..599',
    ],
    [{ expectStatus: "299-200" }, '.expectStatus "299-200": it ends before it begins; write "200-299"'],
    [{ expectJson: "ok" }, '.expectJson "ok": not a table; write one with the fields pointer, equals'],
    [
      { expectJson: {} },
      '.expectJson.pointer: missing; write where to look, as "/status"',
      ".expectJson.equals: missing; write the value that means serving",
    ],
    [
      { expectJson: { pointr: "/a", equals: 1 } },
      ".expectJson.pointr: unknown field; did you mean pointer? The fields are pointer, equals",
      '.expectJson.pointer: missing; write where to look, as "/status"',
    ],
    [{ expectJson: { pointer: 5, equals: 1 } }, ".expectJson.pointer 5: not text; write it in quotes"],
    [{ expectJson: { pointer: "status", equals: 1 } }, `.expectJson.pointer "status": ${noPointer}`],
    [{ expectJson: { pointer: "/a~2", equals: 1 } }, `.expectJson.pointer "/a~2": ${noPointer}`],
    [{ expectJson: { pointer: "/a~", equals: 1 } }, `.expectJson.pointer "/a~": ${noPointer}`],
    [{ expectJson: { pointer: "", equals: {} } }, `.expectJson.equals: ${noScalar}`],
    [{ expectJson: { pointer: "", equals: ["ok"] } }, `.expectJson.equals: ${noScalar}`],
    [{ expectJson: { pointer: "", equals: NaN } }, `.expectJson.equals NaN: ${noScalar}`],
    [
      { method: "HEAD", expectJson: { pointer: "", equals: 1 } },
      ".expectJson: the answer to HEAD has no body; remove it, or use method GET",
    ],
  ];
  for (const [given, ...problems] of rows) {
    assert.deepEqual(problemsOf({ upstream: { ...HTTP, ...given }, platform: "workers" }), problems);
  }
});

Deno.test("parseConfig() refuses an http upstream's fields for any other protocol", () => {
  const given = { method: "GET", expectStatus: 200, expectJson: { pointer: "", equals: 1 } };
  const [https, grpc] = ["https://a.acme.com", "grpc://a.acme.com"];
  for (const [url, protocol] of [[https, "auto"], [https, "connect"], [grpc, "grpc"], [grpc, "jina"]]) {
    const state = `only http upstreams have it, and this one's protocol is ${protocol}`;
    const fix = "remove it, or use protocol http over http:// or https://";
    assert.deepEqual(problemsOf({ upstream: { url, protocol, ...given }, platform: "workers" }), [
      `.method "GET": ${state}; ${fix}`,
      `.expectStatus 200: ${state}; ${fix}`,
      `.expectJson: ${state}; ${fix}`,
    ]);
  }
});

Deno.test("parseConfig() keeps the slash that an http upstream's path ends with, and no other upstream's", () => {
  const rows = [["http", "/health/", "/health/"], ["http", "/health", "/health"], ["http", "/", ""], ["http", "", ""]];
  for (const [protocol, path, kept] of [...rows, ["jina", "/health/", "/health"], ["auto", "/health/", "/health"]]) {
    const upstream = { url: `https://a.acme.com${path}`, protocol };
    assert.equal(read({ upstream, platform: "workers" }).url, `https://a.acme.com${kept}`);
  }
});
