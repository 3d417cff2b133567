import { decodeHealthCheckResponse, decodeHealthListResponse } from "../../wire/health.ts";
import { decodeFrames, decodeTrailer, encodeFrame } from "../../wire/grpc-web.ts";
import { isObject, parseJson } from "../../wire/json.ts";

/** A method of `grpc.health.v1.Health`. Asked about the whole fleet, its request is empty in all formats. */
export type HealthMethod = "Check" | "List" | "Watch";

/** How a call is put into HTTP, by hand, so that it is not our own client that agrees with our own server. */
export interface RpcFormat {
  readonly name: string;
  readonly methods: readonly HealthMethod[];
  readonly init: RequestInit;
  readonly query: string;
  /** The first message of a body, in full or (Watch) as far as it came; undefined while there is none, or when it is not whole. */
  readonly message: (body: Uint8Array) => Uint8Array | undefined;
  readonly isJson: boolean;
}

/** All that Rollcall serves over fetch. */
export const RPC_FORMATS: readonly RpcFormat[] = [
  post("gRPC-web", "application/grpc-web+proto", framedEmpty(), ["Check", "List", "Watch"], firstFrame),
  post(
    "gRPC-web text",
    "application/grpc-web-text+proto",
    btoa("\0\0\0\0\0"),
    ["Check", "List", "Watch"],
    (body) => firstFrame(fromBase64(body)),
  ),
  post("Connect", "application/proto", new Uint8Array(), ["Check", "List"], (body) => body),
  post("Connect JSON", "application/json", "{}", ["Check", "List"], (body) => body),
  get("Connect GET", "encoding=proto&base64=1&message="),
  get("Connect JSON GET", `encoding=json&message=${encodeURIComponent("{}")}`),
  post("Connect stream", "application/connect+proto", framedEmpty(), ["Watch"], firstFrame),
  post(
    "Connect JSON stream",
    "application/connect+json",
    encodeFrame(new TextEncoder().encode("{}")),
    ["Watch"],
    firstFrame,
  ),
];

/** Whether a message is an answer to the method. */
export function isAnswer(method: HealthMethod, message: Uint8Array, { isJson }: RpcFormat): boolean {
  if (!isJson) {
    if (method === "List") return decodeHealthListResponse(message)?.has("") === true;
    return decodeHealthCheckResponse(message) !== undefined;
  }
  const value = parseJson(message);
  if (!isObject(value)) return false;
  const { status = "UNKNOWN", statuses } = value;
  return method === "List" ? isObject(statuses) && Object.hasOwn(statuses, "") : typeof status === "string";
}

/** The first message of framed bytes, the rest of which may still be on its way; none when the call failed. */
export function firstFrame(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < PREFIX_BYTES) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(1);
  const [first] = decodeFrames(bytes.subarray(0, PREFIX_BYTES + length)) ?? [];
  return first === undefined || first.isTrailer ? undefined : first.payload;
}

/** What a call that gave no message says of it, as far as its trailers tell. */
export function failureOf(body: Uint8Array): string {
  const trailer = decodeFrames(body)?.find(({ isTrailer }) => isTrailer);
  if (trailer === undefined) return "no message";
  const { code, message } = decodeTrailer(trailer.payload);
  return `grpc-status ${code} ${message}`;
}

const PREFIX_BYTES = 5;

function framedEmpty(): Uint8Array<ArrayBuffer> {
  return encodeFrame(new Uint8Array());
}

function post(
  name: string,
  contentType: string,
  body: BodyInit,
  methods: readonly HealthMethod[],
  message: RpcFormat["message"],
): RpcFormat {
  const headers = { "content-type": contentType, "connect-protocol-version": "1", "x-grpc-web": "1" };
  return {
    name,
    methods,
    init: { method: "POST", headers, body },
    query: "",
    message,
    isJson: contentType.includes("json"),
  };
}

function get(name: string, query: string): RpcFormat {
  const isJson = query.includes("json");
  return { name, methods: ["Check", "List"], init: {}, query: `?connect=v1&${query}`, message: (body) => body, isJson };
}

/** Whole quads only; each frame may be padded on its own. */
function fromBase64(body: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(body);
  const whole = text.slice(0, text.length - text.length % 4);
  const pieces = whole.match(/[^=]+=*/g) ?? [];
  return Uint8Array.from(pieces.map((piece) => atob(piece)).join(""), (char) => char.charCodeAt(0));
}
