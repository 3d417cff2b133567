import type { JinaKind, Protocol, Upstream } from "../core/registry.ts";
import { type Field, refuse } from "./field.ts";
import { checkBelongs, type Manner } from "./manner.ts";
import { readChoice } from "./read.ts";

/** Read what a Jina upstream is; `flow` for any other, of which it is not used. */
export function readKind(field: Field, manner: Manner): JinaKind {
  checkBelongs(field, "jina", manner);
  const kind = readChoice(field, ["flow", "executor"], "flow");
  if (kind === "executor" && manner.protocol === "jina" && (manner.scheme === "ws" || manner.scheme === "wss")) {
    refuse(field, `an executor tells no health over ${manner.scheme}://`, "use grpc://, grpcs://, http:// or https://");
  }
  return kind;
}

/** Read how messages are encoded, where that is a choice. */
export function readCodec(field: Field, { protocol }: Manner): Upstream["codec"] {
  const codec = readChoice(field, ["proto", "json"], "proto");
  if (codec === "proto" || protocol === undefined || protocol === "connect") return codec;
  refuse(field, NOT_JSON[protocol], "remove it, or set protocol connect");
  return codec;
}

const NOT_JSON: Readonly<Record<Exclude<Protocol, "connect"> | "auto", string>> = {
  "grpc-web": "grpc-web is always binary",
  grpc: "grpc is always binary",
  auto: "auto asks in binary",
  http: "http has no codec",
  jina: "jina has no codec",
};
