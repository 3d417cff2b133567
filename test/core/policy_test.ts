import assert from "node:assert/strict";
import fc from "fast-check";
import { combine, type Policy, reducedTo } from "../../src/core/policy.ts";
import { SERVING_STATUSES, type ServingStatus } from "../../src/core/status.ts";

const statuses = fc.array(fc.constantFrom(...SERVING_STATUSES), { minLength: 1, maxLength: 8 });
const policies: fc.Arbitrary<Policy> = fc.oneof(
  fc.constant({ kind: "all" } as const),
  fc.constant({ kind: "any" } as const),
  fc.integer({ min: 1, max: 8 }).map((k) => ({ kind: "quorum", k } as const)),
);
const rank = (status: ServingStatus) => SERVING_STATUSES.indexOf(status);

// grpclib's table of two checks: None, True, False. It calls a mix of healthy and unknown NOT_SERVING; we say UNKNOWN,
// which no consumer takes for healthy either: the two named deviations.
const [N, T, F] = ["UNKNOWN", "SERVING", "NOT_SERVING"] as const;
for (
  const [a, b, expected] of [
    [N, N, N],
    [N, T, N], // deviation: grpclib says NOT_SERVING
    [N, F, F],
    [T, N, N], // deviation: grpclib says NOT_SERVING
    [T, T, T],
    [T, F, F],
    [F, N, F],
    [F, T, F],
    [F, F, F],
  ] as const
) {
  Deno.test(`G1: combine() makes ${a} and ${b} ${expected} under all`, () => {
    assert.equal(combine({ kind: "all" }, [a, b]), expected);
  });
}

for (
  const [policy, members, expected] of [
    [{ kind: "any" }, [F, N], N],
    [{ kind: "any" }, [F, N, T], T],
    [{ kind: "any" }, [F, F], F],
    [{ kind: "quorum", k: 2 }, [T, T, F], T],
    [{ kind: "quorum", k: 2 }, [T, N, F], N],
    [{ kind: "quorum", k: 2 }, [T, F, F], F],
    [{ kind: "quorum", k: 2 }, [N, N, F], N],
    [{ kind: "quorum", k: 3 }, [T, T, F], F],
  ] as const
) {
  Deno.test(`combine() makes ${members.join(", ")} ${expected} under ${JSON.stringify(policy)}`, () => {
    assert.equal(combine(policy, members), expected);
  });
}

Deno.test("G7: combine() of no members under all is SERVING, and UNKNOWN under the policies that need one", () => {
  assert.equal(combine({ kind: "all" }, []), "SERVING");
  assert.equal(combine({ kind: "any" }, []), "UNKNOWN");
  assert.equal(combine({ kind: "quorum", k: 1 }, []), "UNKNOWN");
});

Deno.test("combine() does not depend on the order of members", () => {
  fc.assert(fc.property(policies, statuses, fc.nat(), (policy, members, turn) => {
    const at = turn % members.length;
    const turned = [...members.slice(at), ...members.slice(0, at)].reverse();
    assert.equal(combine(policy, turned), combine(policy, members));
  }));
});

Deno.test("combine() never gets worse when a member gets better", () => {
  fc.assert(fc.property(policies, statuses, fc.nat(), (policy, members, pick) => {
    const at = pick % members.length;
    const better = members.map((status, index) => index === at ? "SERVING" : status);
    assert.ok(rank(combine(policy, better)) >= rank(combine(policy, members)));
  }));
});

Deno.test("combine() treats all and any as the quorums of all members and of one", () => {
  fc.assert(fc.property(statuses, (members) => {
    assert.equal(combine({ kind: "all" }, members), combine({ kind: "quorum", k: members.length }, members));
    assert.equal(combine({ kind: "any" }, members), combine({ kind: "quorum", k: 1 }, members));
  }));
});

Deno.test("combine() is SERVING only while enough members really serve", () => {
  fc.assert(fc.property(policies, statuses, (policy, members) => {
    const sure = members.filter((status) => status === "SERVING").length;
    const needed = policy.kind === "all" ? members.length : policy.kind === "any" ? 1 : policy.k;
    assert.equal(combine(policy, members) === "SERVING", sure >= needed);
  }));
});

for (const [k, count, left] of [[3, 4, 3], [3, 2, 2], [3, 1, 1]] as const) {
  Deno.test(`reducedTo() makes a quorum of ${k} one of ${left} when ${count} members are left`, () => {
    assert.deepEqual(reducedTo({ kind: "quorum", k }, count), { kind: "quorum", k: left });
  });
}

Deno.test("reducedTo() leaves all and any as they are", () => {
  for (const kind of ["all", "any"] as const) assert.deepEqual(reducedTo({ kind }, 1), { kind });
});
