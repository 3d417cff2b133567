import type { HealthDocument } from "../../core/health-document.ts";
import { sayDuration } from "../duration.ts";
import { fail, type Finding, pass, skip } from "./finding.ts";

/** What a deployment told, and how it was asked. */
export interface Told {
  /** Undefined when none was given. */
  readonly token: string | undefined;
  /** The report at first; its time is when the questions began. */
  readonly first: HealthDocument;
  /** And after all of them, asked with force. */
  readonly last: HealthDocument;
}

/** Judge by its own word how a deployment is operated: its registry, store and cron, and the edge's conversion for native upstreams. */
export function checkTold(told: Told): readonly Finding[] {
  return [checkRegistry(told.last), checkStore(told), checkSchedule(told), checkConvert(told)];
}

/** What there is to do about detail that is missing. */
export const TOKEN_FIX = "pass its READ_TOKEN as --token";

function untold(name: string, { token }: Told): Finding {
  return skip(name, "only the token's holder is told", token === undefined ? TOKEN_FIX : "see read token");
}

function checkRegistry({ counts, problems }: HealthDocument): Finding {
  const name = "registry";
  const wrong = problems.find((problem) => problem.startsWith("registry"));
  if (wrong?.startsWith("registry invalid")) {
    return fail(name, wrong, "mend what rollcall validate finds, and deploy again");
  }
  if (wrong !== undefined) return fail(name, wrong, "see its log, and what rollcall registry says");
  if (counts.targets > 0) return pass(name, `${counts.targets} targets, ${counts.serving} of them serve`);
  return fail(
    name,
    "no upstream is registered",
    "write [[vars.UPSTREAMS]], as by rollcall init; [env.X] inherits none",
  );
}

/** KV tells other places of a new value, and of one where none was, after a minute or so. https://developers.cloudflare.com/kv/concepts/how-kv-works/ */
const KV_LAG_MS = 120_000;

/** Twice the default spacing of writes, and half of it again: the one place writes, the other learns of it at its own next write. */
const QUIET_MAX_MS = 750_000;

function checkStore(told: Told): Finding {
  const name = "store";
  const { first, last } = told;
  const { store } = last;
  const failing = last.problems.find((problem) => problem.startsWith("store"));
  if (failing !== undefined) {
    return fail(name, failing, "does the KV namespace (Workers) or the file of KV_PATH (Deno) still exist?");
  }
  if (store === undefined) return untold(name, told);
  const { kind, storedAt, readAt } = store;
  if (kind === "memory") {
    return fail(
      name,
      "no KV is bound, so nothing is kept",
      'add [[kv_namespaces]] binding = "KV" to wrangler.toml (and to [env.X]), and deploy',
    );
  }
  const now = Date.parse(last.time);
  const storedAgo = storedAt === null ? Infinity : now - Date.parse(storedAt);
  if (storedAgo > QUIET_MAX_MS) {
    const seen = storedAt === null ? "nothing was stored" : `nothing was stored for ${sayDuration(storedAgo)}`;
    return fail(name, seen, "is the day's budget of KV writes spent, or KV_WRITE_EVERY_MS very long?");
  }
  const seen = `${kind}, written ${sayDuration(storedAgo)} ago`;
  const isReadBack = readAt !== null && Date.parse(readAt) >= Date.parse(first.time);
  if (isReadBack) return pass(name, `${seen} and read back`);
  if (storedAgo < KV_LAG_MS) return skip(name, `${seen}, not told to this place yet`, "ask again in two minutes");
  return fail(name, `${seen}, and not read back`, "does the namespace belong to this account and environment?");
}

function checkSchedule(told: Told): Finding {
  const name = "cron";
  const { last } = told;
  const { store } = last;
  if (store === undefined) return untold(name, told);
  const fix = store.kind === "deno-kv"
    ? "set REFRESH_EVERY_MS to a minute or less"
    : 'add [triggers] crons = ["* * * * *"] to wrangler.toml, deploy, and wait a minute';
  if (store.scheduledAt === null) return fail(name, "it never ran", fix);
  const agoMs = Date.parse(last.time) - Date.parse(store.scheduledAt);
  const seen = `it ran ${sayDuration(agoMs)} ago`;
  return agoMs <= QUIET_MAX_MS ? pass(name, seen) : fail(name, seen, fix);
}

/** On Workers native gRPC over TLS leaves as gRPC-web, which the edge before the upstream has to convert. */
function checkConvert(told: Told): Finding {
  const name = "conversion to gRPC";
  const { names, store } = told.last;
  if (store === undefined) return untold(name, told);
  const converted = names.filter(({ target }) =>
    target?.protocol === "grpc" && /^(?:grpcs|https):/.test(target.address ?? "")
  );
  if (store.kind === "deno-kv" || converted.length === 0) return skip(name, "no upstream needs it", "");
  const broken = converted.filter(({ target }) => target?.failure === "protocol_mismatch");
  if (broken.length === 0) return pass(name, `${converted.length} native targets over TLS answer`);
  const keys = broken.map((entry) => entry.name).join(", ");
  return fail(
    name,
    `${keys} do not answer`,
    'turn on Network, gRPC in the upstream\'s zone, or set protocol = "grpc-web"',
  );
}
