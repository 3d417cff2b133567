import type { Knobs } from "../core/knobs.ts";
import type { Upstream } from "../core/registry.ts";
import { readAuthority } from "./authority.ts";
import { readVia } from "./binding.ts";
import { readCodec, readKind } from "./dialect.ts";
import { type Field, refuse } from "./field.ts";
import { readHeaders } from "./headers.ts";
import { readHttpCheck } from "./http-check.ts";
import { isPlaintextGrpc, type Manner } from "./manner.ts";
import { checkPort } from "./port.ts";
import { readProtocol } from "./protocol-pairs.ts";
import { DURATION_MS, readBoolean, readInteger, readText, WAIT_MS } from "./read.ts";
import { checkNotReserved } from "./reserved.ts";
import type { Secrets } from "./secret.ts";
import { readServices } from "./services.ts";
import { readTls } from "./tls.ts";
import { readTold, toldProtocol } from "./told.ts";
import type { UpstreamField } from "./upstream-fields.ts";
import { checkAddress, readUrl, type UpstreamUrl } from "./upstream-url.ts";
import { readWatch } from "./watch.ts";

/** What an upstream's defaults and checks depend on. */
export interface UpstreamContext extends Secrets {
  readonly knobs: Knobs;
  /** ALLOW_PRIVATE_UPSTREAMS: any address may be asked. */
  readonly isPrivateAllowed: boolean;
}

type FieldOf = (key: UpstreamField) => Field;

/** Read one upstream, noting every problem; a field with a problem holds a stand-in. */
export function readUpstream(fieldOf: FieldOf, context: UpstreamContext): Upstream {
  const name = readName({ ...fieldOf("name"), upstreamName: "" });
  const told = toldProtocol(fieldOf("protocol").value);
  if (told !== undefined) return { name, ...readTold(fieldOf, told, context.knobs) };
  const url = readUrl(fieldOf("url"));
  const protocol = readProtocol(fieldOf("protocol"), fieldOf("url"), url?.scheme);
  const manner = { platform: context.platform, scheme: url?.scheme, protocol };
  if (url !== undefined) checkHost(fieldOf, url, { ...context, ...manner });
  if (url !== undefined) checkPort(fieldOf("url"), url.url, manner);
  return {
    name,
    url: (protocol === "http" ? url?.pageUrl : url?.url) ?? "",
    protocol: protocol ?? "auto",
    ...readQuestion(fieldOf, manner),
    timeoutMs: readInteger(fieldOf("timeoutMs"), WAIT_MS, context.knobs.probeTimeoutMs),
    ttlMs: readInteger(fieldOf("ttlMs"), DURATION_MS, context.knobs.ttlMs),
    critical: readBoolean(fieldOf("critical"), true),
    headers: readHeaders(fieldOf("headers"), context),
    ...readReach(fieldOf, manner, context),
    ...(readWatch(fieldOf, manner) && { isWatched: true }),
  };
}

const NAME_MAX_CHARS = 100;

function readName(field: Field): string {
  if (field.value === undefined) return refuse(field, "missing", "give the upstream a name of its own") ?? "";
  const name = readText(field);
  if (name === undefined) return "";
  if (name.length > NAME_MAX_CHARS) refuse(field, "too long", `write at most ${NAME_MAX_CHARS} characters`);
  if (name.includes("/")) refuse(field, "it has a /, which separates upstream and service", "write another character");
  checkNotReserved(field, name, "rename the upstream");
  return name;
}

function checkHost(fieldOf: FieldOf, { host }: UpstreamUrl, context: UpstreamContext & Manner): void {
  const isWorker = context.platform === "workers";
  checkAddress(fieldOf("url"), host, {
    isPrivateAllowed: context.isPrivateAllowed,
    isThroughBinding: isWorker && fieldOf("via").value !== undefined,
    isFetchedByWorker: isWorker && isPlaintextGrpc(context) === false,
  });
}

/** What the upstream is asked. */
function readQuestion(
  fieldOf: FieldOf,
  manner: Manner,
): Pick<Upstream, "kind" | "codec" | "services" | "http"> {
  const kind = readKind(fieldOf("kind"), manner);
  const codec = readCodec(fieldOf("codec"), manner);
  const services = readServices(fieldOf("services"), { ...manner, kind });
  const http = readHttpCheck(fieldOf, manner);
  return { ...(manner.protocol === "jina" && { kind }), codec, services, ...(http && { http }) };
}

/** By what way it is reached. */
function readReach(
  fieldOf: FieldOf,
  manner: Manner,
  context: UpstreamContext,
): Pick<Upstream, "via" | "authority" | "tls"> {
  const via = readVia(fieldOf("via"), { ...manner, env: context.env });
  const authority = readAuthority(fieldOf("authority"), manner);
  const tls = readTls(fieldOf, manner, context);
  return { ...(via !== undefined && { via }), ...(authority !== undefined && { authority }), ...(tls && { tls }) };
}
