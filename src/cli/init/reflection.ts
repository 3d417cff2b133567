import type { Upstream } from "../../core/registry.ts";
import type { GrpcClient } from "../../probe/grpc/client.ts";
import { decodeFrames } from "../../wire/grpc-web.ts";
import { readFields } from "../../wire/protobuf.ts";
import { decodeUtf8 } from "../../wire/utf8.ts";

/**
 * Ask a server by reflection, v1 and then v1alpha, which services it has: native gRPC, one request, one bounded answer. Rejects as the
 * client does.
 *
 * Source: https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
 *
 * @returns The names, without those of reflection and health themselves; undefined where there is no reflection.
 */
export async function reflectServices(
  upstream: Upstream,
  { grpc, timeoutMs, signal }: { readonly grpc: GrpcClient; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<readonly string[] | undefined> {
  for (const path of PATHS) {
    const message = LIST_SERVICES;
    const result = await grpc.unary(upstream, {
      path,
      headers: upstream.headers,
      message,
      timeoutMs,
      signal,
      isFresh: false,
    });
    const frame = result.kind === "reply" && result.httpStatus === 200 ? decodeFrames(result.body)?.[0] : undefined;
    const names = frame === undefined || frame.isCompressed ? undefined : decodeServices(frame.payload);
    if (names !== undefined) return names.filter((name) => !OWN.test(name));
  }
  return undefined;
}

const PATHS = ["v1", "v1alpha"].map((version) => `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`);

const OWN = /^grpc\.(?:reflection|health)\./;

/** `ServerReflectionRequest{list_services: ""}`: field 7, length-delimited, empty. */
const LIST_SERVICES = new Uint8Array([0x3a, 0x00]);

// `ServerReflectionResponse.list_services_response`, field 6; `ListServiceResponse.service`, field 1; `ServiceResponse.name`, field 1.
const LIST_TAG = 0x32;
const SERVICE_TAG = 0x0a;
const NAME_TAG = 0x0a;

/** Undefined when the bytes are no such message, or tell of an error. */
function decodeServices(message: Uint8Array): readonly string[] | undefined {
  const lists = fieldsOf(message, LIST_TAG);
  if (lists?.[0] === undefined) return undefined;
  const services = lists.flatMap((list) => fieldsOf(list, SERVICE_TAG) ?? []);
  return services.flatMap((service) => fieldsOf(service, NAME_TAG) ?? []).flatMap((name) => decodeUtf8(name) ?? []);
}

function fieldsOf(message: Uint8Array, wanted: number): readonly Uint8Array[] | undefined {
  const found: Uint8Array[] = [];
  const isWhole = readFields(message, (tag, value) => {
    if (tag === wanted && typeof value !== "number") found.push(value);
    return true;
  });
  return isWhole ? found : undefined;
}
