import assert from "node:assert/strict";
import { create, toBinary, toJson } from "@bufbuild/protobuf";
import { HealthCheckResponse_ServingStatus, HealthListResponseSchema } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { LISTED_MAX, type Observation, type ProbeOutcome } from "../../src/core/observation.ts";
import { CHECK, LIST } from "../../src/probe/health-method.ts";
import { encodeFrame, encodeTrailer } from "../../src/wire/grpc-web.ts";
import { encodeHealthCheckResponse } from "../../src/wire/health.ts";
import { createTestProber } from "../support/prober.ts";
import { brief } from "./answers.ts";
import { patient, targetOf } from "./target.ts";

/** What the server says of List and Check: a body, or a bare HTTP status. */
interface Server {
  readonly list: Uint8Array<ArrayBuffer>[] | number;
  readonly check?: Uint8Array<ArrayBuffer>[] | number;
}

interface Known {
  readonly hasNoList?: true;
}

async function probe({ list, check = 500 }: Server, known: Known = {}, purse = 9) {
  const asked: string[] = [];
  const bodies: string[] = [];
  let left = purse;
  const fetch = async (input: URL | RequestInfo, init?: RequestInit) => {
    const path = new URL(String(input)).pathname;
    asked.push(path.replace("/grpc.health.v1.Health/", ""));
    bodies.push(new TextDecoder().decode(await new Response(init?.body ?? null).bytes()));
    const answer = path === LIST.path ? list : check;
    return typeof answer === "number"
      ? new Response(null, { status: answer })
      : new Response(new Blob(answer), { headers: { "content-type": "application/grpc-web" } });
  };
  const options = { ...patient(), known: { isFailing: false, ...known }, pay: () => left-- > 0 };
  const outcome = await createTestProber({ fetch }).probe(targetOf({ services: ["*"] }, "*"), options);
  return { asked, bodies, outcome, brief: brief(outcome) };
}

function ok(message: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  return [encodeFrame(message), encodeTrailer(0)];
}

function failing(code: number, message: string): Uint8Array<ArrayBuffer>[] {
  return [encodeTrailer(code, message)];
}

const { SERVING, NOT_SERVING, UNKNOWN, SERVICE_UNKNOWN } = HealthCheckResponse_ServingStatus;

function listOf(statuses: Readonly<Record<string, number>>) {
  return create(HealthListResponseSchema, {
    statuses: Object.fromEntries(Object.entries(statuses).map(([name, status]) => [name, { status }])),
  });
}

function bytesOf(statuses: Readonly<Record<string, number>>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(toBinary(HealthListResponseSchema, listOf(statuses)));
}

function listed(outcome: ProbeOutcome): Observation["kind"] | Readonly<Record<string, string>> | undefined {
  return outcome.kind === "answered" ? outcome.listed : undefined;
}

const SERVES = ok(encodeHealthCheckResponse(1));

Deno.test('probe() asks an upstream of services "*" for its list, and for nothing else', async () => {
  const seen = await probe({
    list: ok(bytesOf({ "": SERVING, "acme.Cart": NOT_SERVING, x: UNKNOWN, y: SERVICE_UNKNOWN, z: 9 })),
  });
  assert.deepEqual(seen.asked, ["List"]);
  assert.equal(seen.brief, "NOT_SERVING");
  assert.deepEqual(listed(seen.outcome), {
    "": "SERVING",
    "acme.Cart": "NOT_SERVING",
    x: "UNKNOWN",
    y: "NOT_SERVING",
    z: "UNKNOWN",
  });
});

for (const [what, list] of [["UNIMPLEMENTED", failing(12, "no")], ["HTTP 404", 404]] as const) {
  Deno.test(`probe() checks the server as a whole when its list is ${what}, and remembers that`, async () => {
    const seen = await probe({ list: typeof list === "number" ? list : [...list], check: SERVES });
    assert.deepEqual(seen.asked, ["List", "Check"]);
    assert.equal(seen.brief, "SERVING");
    assert.ok(seen.outcome.kind === "answered" && seen.outcome.hasNoList);
    assert.equal(seen.bodies[1], "\0\0\0\0\0", "the empty service, not the star");
    assert.equal(seen.outcome.message, "it has no Health/List, and was checked as a whole");
  });
}

Deno.test("probe() asks for the list again of a server that has no health service yet, as while a proxy waits for it", async () => {
  for (const known of [{}, { hasNoList: true }] as const) {
    const seen = await probe({ list: 404, check: 404 }, known);
    assert.equal(seen.brief, "UNKNOWN health_unimplemented");
    assert.ok(seen.outcome.kind === "answered" && seen.outcome.hasNoList === undefined);
  }
});

Deno.test("probe() checks at once what is known to have no list", async () => {
  const seen = await probe({ list: 500, check: SERVES }, { hasNoList: true });
  assert.deepEqual([seen.asked, seen.brief], [["Check"], "SERVING"]);
  assert.ok(seen.outcome.kind === "answered" && seen.outcome.hasNoList);
});

Deno.test("probe() says that a list was refused for its length, and checks the server as a whole", async () => {
  const seen = await probe({ list: failing(8, "too many services"), check: SERVES });
  assert.deepEqual([seen.asked, seen.brief], [["List", "Check"], "SERVING"]);
  assert.equal(seen.outcome.message, "Health/List: resource_exhausted: too many services; checked as a whole");
  assert.ok(seen.outcome.kind === "answered" && seen.outcome.hasNoList === undefined, "it is asked again next time");
});

Deno.test(`probe() keeps no list of more than ${LISTED_MAX} names`, async () => {
  const names = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`s${n}`, SERVING]));
  assert.equal(
    Object.keys(listed((await probe({ list: ok(bytesOf(names(LISTED_MAX))) })).outcome) ?? {}).length,
    LISTED_MAX,
  );
  const seen = await probe({ list: ok(bytesOf(names(LISTED_MAX + 1))), check: SERVES });
  assert.deepEqual([seen.asked, seen.brief, listed(seen.outcome)], [["List", "Check"], "SERVING", undefined]);
  assert.match(seen.outcome.message ?? "", /^Health\/List: .*it lists 101 names/);
});

Deno.test("probe() is not red for want of a request to spend", async () => {
  assert.equal((await probe({ list: failing(8, "") }, {}, 0)).brief, "UNKNOWN status_unknown");
  const unimplemented = await probe({ list: failing(12, "") }, {}, 0);
  assert.equal(unimplemented.brief, "UNKNOWN health_unimplemented");
  assert.ok(unimplemented.outcome.kind === "answered" && unimplemented.outcome.hasNoList, "the next probe checks");
});

Deno.test("probe() judges any other end of List as it would Check's", async () => {
  const ends = { 1: "failed rpc_error", 14: "failed unavailable", 16: "UNKNOWN probe_denied" };
  for (const [code, expect] of Object.entries(ends)) {
    const seen = await probe({ list: failing(Number(code), "") });
    assert.deepEqual([seen.asked, seen.brief], [["List"], expect]);
  }
  assert.equal((await probe({ list: 503 })).brief, "failed unavailable");
});

Deno.test("probe() takes no names that nobody could show or ask for", async () => {
  for (const name of ["*", "a\nb", "x".repeat(201)]) {
    assert.equal((await probe({ list: ok(bytesOf({ [name]: SERVING })) })).brief, "failed protocol_mismatch");
  }
  const odd = await probe({ list: ok(bytesOf(Object.fromEntries([["__proto__", SERVING], ["a/b", SERVING]]))) });
  assert.deepEqual(Object.keys(listed(odd.outcome) ?? {}), ["__proto__", "a/b"]);
});

Deno.test("probe() says UNKNOWN of a server that lists nothing", async () => {
  const seen = await probe({ list: ok(bytesOf({})) });
  assert.deepEqual([seen.brief, seen.outcome.message], ["UNKNOWN status_unknown", "it lists no names"]);
});

Deno.test("LIST judges JSON as it judges bytes", () => {
  const cases = [{ "": SERVING }, { "": SERVING, x: NOT_SERVING }, {}, { x: UNKNOWN }];
  for (const statuses of cases) {
    const json = toJson(HealthListResponseSchema, listOf(statuses));
    assert.ok(typeof json === "object" && json !== null && !Array.isArray(json));
    assert.deepEqual(LIST.judgeJson(json), LIST.judge(bytesOf(statuses)));
  }
  assert.equal(brief(LIST.judgeJson({ statuses: { x: { status: "LATER" } } })), "UNKNOWN");
  for (const status of ["SERVING_STATUS_SERVING", "SERVING", 1]) {
    assert.equal(brief(CHECK.judgeJson({ status })), "SERVING");
  }
  for (const broken of [{ statuses: 1 }, { statuses: { x: 1 } }, { statuses: { x: { status: true } } }]) {
    assert.equal(brief(LIST.judgeJson(broken)), "failed protocol_mismatch");
  }
});

Deno.test("LIST refuses bytes that are no HealthListResponse", () => {
  for (const bytes of [[0x0a], [0x0a, 2, 0x0a, 1], [0x0a, 3, 0x0a, 1, 0xff], [0x0a, 3, 0x12, 1, 0x08]]) {
    assert.equal(brief(LIST.judge(new Uint8Array(bytes))), "failed protocol_mismatch", String(bytes));
  }
  assert.equal(brief(CHECK.judge(new Uint8Array([0xff]))), "failed protocol_mismatch");
});
