import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromJson,
  type JsonValue,
  type MessageInitShape,
  type MessageShape,
  toJson,
} from "@bufbuild/protobuf";
import { GRPC_CODES, type GrpcCode } from "../wire/grpc-code.ts";
import { isObject, parseJson } from "../wire/json.ts";
import { wordsOf } from "../wire/thrown-words.ts";
import { CliError } from "./cli-error.ts";
import { type Answer, type Deployment, request, UNREACHABLE_EXIT_CODE } from "./deployment.ts";
import type { Io } from "./io.ts";
import { singleLine } from "./table.ts";

/** Exit code when a deployment answers that it does not do what it was asked to. */
export const REFUSED_EXIT_CODE = 1;

/** A deployment's own word that it does not do what it was asked to. */
export class RefusedCall extends CliError {
  readonly code: GrpcCode;

  constructor(code: GrpcCode, problem: string, fix: string, exitCode: number) {
    super(problem, fix, exitCode);
    this.code = code;
  }
}

/**
 * Call a method of a deployment, by Connect in JSON. https://connectrpc.com/docs/protocol#unary-request
 *
 * @throws CliError when no Rollcall answers; {@link RefusedCall} when one does, and refuses.
 */
export async function callRpc<Input extends DescMessage, Output extends DescMessage>(
  method: DescMethodUnary<Input, Output>,
  message: MessageInitShape<Input>,
  { deployment: { url, token }, io }: { readonly deployment: Deployment; readonly io: Pick<Io, "clock" | "stop"> },
): Promise<MessageShape<Output>> {
  const path = `${url}/${method.parent.typeName}/${method.name}`;
  const headers = {
    "content-type": "application/json",
    "connect-protocol-version": "1",
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const body = JSON.stringify(toJson(method.input, create(method.input, message)));
  const answer = await request(path, { method: "POST", headers, body }, io).catch((error) => {
    throw new CliError(`Cannot ask ${path}: ${wordsOf(error)}`, FIX, UNREACHABLE_EXIT_CODE);
  });
  const value = parseJson(answer.body);
  if (answer.status === 200 && isObject(value)) {
    return fromJson(method.output, value as JsonValue, { ignoreUnknownFields: true });
  }
  throw refusalOf(answer, value) ?? notThere(path, answer);
}

const FIX = "is the URL right, and does a Rollcall answer there?";

function notThere(path: string, { status }: Answer): CliError {
  const fix = status === 404 ? "does a Rollcall of this version answer there?" : FIX;
  return new CliError(`Cannot ask ${path}: HTTP ${status} without an answer to it`, fix, UNREACHABLE_EXIT_CODE);
}

/** Codes whose message says all. */
const TELLING: readonly GrpcCode[] = [
  "invalid_argument",
  "not_found",
  "already_exists",
  "failed_precondition",
  "aborted",
];

/** Read an error in Connect's JSON; undefined when it is none. https://connectrpc.com/docs/protocol#error-end-stream */
function refusalOf({ status }: Answer, value: unknown): CliError | undefined {
  const code = isObject(value) ? GRPC_CODES.find((code) => code === value["code"]) : undefined;
  if (!isObject(value) || code === undefined) return undefined;
  const lines = String(value["message"] ?? "").split("\n").map(singleLine);
  if (code === "unauthenticated" || code === "permission_denied") {
    const told = lines.join(" ") || `HTTP ${status}`;
    return new RefusedCall(code, `It refuses the token: ${told}`, TOKEN_FIX, UNREACHABLE_EXIT_CODE);
  }
  // What is wrong with a registry is told a line each.
  const text = lines.join(code === "invalid_argument" ? "\nerror: " : "\n");
  return new RefusedCall(code, TELLING.includes(code) ? text : `${code}: ${text}`, "", REFUSED_EXIT_CODE);
}

const TOKEN_FIX = "pass the deployment's own as --token";
