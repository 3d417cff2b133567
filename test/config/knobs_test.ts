import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";

type Row = readonly [env: Readonly<Record<string, unknown>>, ...problems: string[]];

const BAD_ON_WORKERS: readonly Row[] = [
  [{ TTL_MS: "15s" }, 'Cannot parse TTL_MS "15s": not a whole number; write 1..2147483647 in digits'],
  [{ STALE_MS: 0 }, "Cannot parse STALE_MS 0: out of range; write 1..2147483647 in digits"],
  [{ EXPIRE_MS: 1000000000000 }, "Cannot parse EXPIRE_MS 1000000000000: out of range; write 1..2147483647 in digits"],
  [{ PROBE_TIMEOUT_MS: 1.5 }, "Cannot parse PROBE_TIMEOUT_MS 1.5: not a whole number; write 1..20000 in digits"],
  [{ DEADLINE_MS: "-1" }, 'Cannot parse DEADLINE_MS "-1": out of range; write 1..20000 in digits'],
  [{ RISE: 101 }, "Cannot parse RISE 101: out of range; write 1..100 in digits"],
  [{ CONCURRENCY: 7 }, "Cannot parse CONCURRENCY 7: out of range; write 1..6 in digits"],
  [
    { PROBES_PER_INVOCATION: "all" },
    'Cannot parse PROBES_PER_INVOCATION "all": not a whole number; write 1..1000000 in digits, or unlimited',
  ],
  [
    { KV_WRITE_EVERY_MS: true },
    "Cannot parse KV_WRITE_EVERY_MS true: not a whole number; write 1..2147483647 in digits",
  ],
  [{ KV_WRITES_PER_DAY: 0 }, "Cannot parse KV_WRITES_PER_DAY 0: out of range; write 1..1000000 in digits"],
  [{ WATCH_MAX_MS: 0 }, "Cannot parse WATCH_MAX_MS 0: out of range; write 1..2147483647 in digits"],
  [{ LIST_MAX: {} }, "Cannot parse LIST_MAX: not a whole number; write 1..1000000 in digits"],
  [
    { DRY_RUN_FAILURE_STATUS: 404 },
    'Cannot parse DRY_RUN_FAILURE_STATUS "404": not one of the choices; write "200" or "503"',
  ],
  [{ TTL_MS: 30000 }, "Cannot parse TTL_MS 30000: above 29999, while STALE_MS is 30000; lower it or raise STALE_MS"],
  [{ STALE_MS: "15000" }, "Cannot parse STALE_MS 15000: below 15001, while TTL_MS is 15000; raise it or lower TTL_MS"],
  [
    { STALE_MS: 600000 },
    "Cannot parse STALE_MS 600000: above 599999, while EXPIRE_MS is 600000; lower it or raise EXPIRE_MS",
  ],
  [
    { EXPIRE_MS: 419999 },
    "Cannot parse EXPIRE_MS 419999: below 420000, while KV_WRITE_EVERY_MS is 300000; raise it or lower KV_WRITE_EVERY_MS",
  ],
  [
    { KV_WRITE_EVERY_MS: 480001 },
    "Cannot parse KV_WRITE_EVERY_MS 480001: above 480000, while EXPIRE_MS is 600000; lower it or raise EXPIRE_MS",
  ],
  [
    { PROBE_TIMEOUT_MS: 2501 },
    "Cannot parse PROBE_TIMEOUT_MS 2501: above 2500, while DEADLINE_MS is 2500; lower it or raise DEADLINE_MS",
  ],
  [
    { DEADLINE_MS: 1499 },
    "Cannot parse DEADLINE_MS 1499: below 1500, while PROBE_TIMEOUT_MS is 1500; raise it or lower PROBE_TIMEOUT_MS",
  ],
  [
    { EXPIRE_MS: 50000, KV_WRITE_EVERY_MS: 100 },
    "Cannot parse EXPIRE_MS 50000: below 120100, while KV_WRITE_EVERY_MS is 100; raise it or lower KV_WRITE_EVERY_MS",
  ],
  [
    { TTL_MS: "x", STALE_MS: 1000, EXPIRE_MS: 600000 },
    'Cannot parse TTL_MS "x": not a whole number; write 1..2147483647 in digits',
  ],
  [{ READ_TOKEN: "hunter2hunter2h" }, "Cannot parse READ_TOKEN ***: too short; write at least 16 characters"],
  [
    { READ_TOKEN: "hunter2 hunter2 hunter2" },
    "Cannot parse READ_TOKEN ***: it has spaces or non-ASCII characters; write neither",
  ],
  [
    { READ_TOKEN: "hunter2hunter2hunter2\n" },
    "Cannot parse READ_TOKEN ***: it has control characters; remove them (a value read from a file may end with a line break)",
  ],
  [{ ADMIN_TOKEN: "hunter2" }, "Cannot parse ADMIN_TOKEN ***: too short; write at least 16 characters"],
  [
    { READ_TOKEN: "0123456789abcdef", PUSH_TOKEN: "0123456789abcdef", ADMIN_TOKEN: "0123456789abcdef" },
    "Cannot parse PUSH_TOKEN ***: the same as READ_TOKEN; write another",
    "Cannot parse ADMIN_TOKEN ***: the same as READ_TOKEN; write another",
  ],
  [{ READ_TOKEN: 1234567890123456 }, "Cannot parse READ_TOKEN ***: not text; write it in quotes"],
  [
    { ALLOW_PRIVATE_UPSTREAMS: "perhaps" },
    'Cannot parse ALLOW_PRIVATE_UPSTREAMS "perhaps": not a boolean; write true or false',
  ],
  [{ PLACE: {} }, "Cannot parse PLACE: not text; write it in quotes"],
];

const BAD_ON_DENO: readonly Row[] = [
  [{ CONCURRENCY: 65 }, "Cannot parse CONCURRENCY 65: out of range; write 1..64 in digits"],
  [{ HOST: 5 }, "Cannot parse HOST 5: not text; write it in quotes"],
  [{ PORT: 65536 }, "Cannot parse PORT 65536: out of range; write 0..65535 in digits"],
  [{ PORT: "http" }, 'Cannot parse PORT "http": not a whole number; write 0..65535 in digits'],
  [
    { KV_PATH: "a\n" },
    'Cannot parse KV_PATH "a\\n": it has control characters; remove them (a value read from a file may end with a line break)',
  ],
  [{ REFRESH_EVERY_MS: 0 }, "Cannot parse REFRESH_EVERY_MS 0: out of range; write 1..2147483647 in digits"],
];

Deno.test("parseConfig() tells what is wrong with each knob, and how to mend it", () => {
  for (const [env, ...problems] of BAD_ON_WORKERS) assert.deepEqual(parseConfig(env, "workers").problems, problems);
  for (const [env, ...problems] of BAD_ON_DENO) assert.deepEqual(parseConfig(env, "deno").problems, problems);
});

Deno.test("parseConfig() takes the bound itself", () => {
  const bounds = [
    { TTL_MS: 29_999 },
    { STALE_MS: 15_001 },
    { STALE_MS: 599_999 },
    { EXPIRE_MS: 420_000 },
    { KV_WRITE_EVERY_MS: 480_000 },
    { PROBE_TIMEOUT_MS: 2_500 },
    { DEADLINE_MS: 1_500 },
    { CONCURRENCY: 6 },
    { RISE: 100 },
    { READ_TOKEN: "0123456789abcdef" },
  ];
  for (const env of bounds) assert.deepEqual(parseConfig(env, "workers").problems, [], JSON.stringify(env));
  assert.deepEqual(parseConfig({ CONCURRENCY: 64, PORT: 65_535 }, "deno").problems, []);
});
