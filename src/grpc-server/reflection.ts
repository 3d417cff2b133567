import { createRegistry, type DescFile, type DescService, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import type { ServerReflectionRequest } from "../gen/grpc/reflection/v1/reflection_pb.ts";
import type { ServerReflectionRequest as AlphaRequest } from "../gen/grpc/reflection/v1alpha/reflection_pb.ts";

type Question = (ServerReflectionRequest | AlphaRequest)["messageRequest"];

/** What a response holds: alike in both versions, whose generated types are not. */
type Answer =
  | { readonly case: "fileDescriptorResponse"; readonly value: { readonly fileDescriptorProto: Uint8Array[] } }
  | { readonly case: "allExtensionNumbersResponse"; readonly value: { readonly baseTypeName: string } }
  | { readonly case: "listServicesResponse"; readonly value: { readonly service: { readonly name: string }[] } }
  | { readonly case: "errorResponse"; readonly value: { readonly errorCode: Code; readonly errorMessage: string } };

/**
 * Server reflection over the descriptors of the services themselves: `grpcurl` and its like need no proto files. It tells
 * interfaces, which are public, and nothing of the fleet.
 *
 * A file is told with all that it imports, what is imported first. What is not known is NOT_FOUND inside an OK stream.
 * https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
 *
 * @returns The one RPC, alike in v1 and v1alpha.
 */
export function createReflection(services: readonly DescService[]) {
  const known = knownOf(services);
  return async function* serverReflectionInfo<R extends { readonly host: string; readonly messageRequest: Question }>(
    requests: AsyncIterable<R>,
  ) {
    for await (const request of requests) {
      const messageResponse = answer(request.messageRequest, known);
      yield { validHost: request.host, originalRequest: request, messageResponse };
    }
  };
}

type Known = ReturnType<typeof knownOf>;

function knownOf(services: readonly DescService[]) {
  const files = withImports(services.map(({ file }) => file));
  return {
    services: services.map(({ typeName }) => typeName).sort(),
    types: createRegistry(...files),
    files: new Map(files.map((file) => [`${file.name}.proto`, file])),
  };
}

function answer(question: Question, { services, types, files }: Known): Answer {
  switch (question.case) {
    case "listServices":
      return { case: "listServicesResponse", value: { service: services.map((name) => ({ name })) } };
    case "fileByFilename":
      return fileAnswer(files.get(question.value), `file ${question.value}`);
    case "fileContainingSymbol":
      return fileAnswer(fileOf(question.value, types), `symbol ${question.value}`);
    case "allExtensionNumbersOfType":
      return types.getMessage(question.value) === undefined
        ? notFound(`message ${question.value}`)
        : { case: "allExtensionNumbersResponse", value: { baseTypeName: question.value } };
    case "fileContainingExtension":
      return notFound(`extension ${question.value.extensionNumber} of ${question.value.containingType}`);
    case undefined:
      return refusal(Code.InvalidArgument, "the request asks nothing");
  }
}

/** The file that declares a type, or the type that a method, field, oneof or enum value belongs to. */
function fileOf(symbol: string, types: Known["types"]): DescFile | undefined {
  const declared = types.get(symbol);
  if (declared !== undefined) return declared.file;
  const parent = symbol.slice(0, Math.max(0, symbol.lastIndexOf(".")));
  const name = symbol.slice(parent.length + 1);
  const owner = types.get(parent);
  return owner !== undefined && membersOf(owner).includes(name) ? owner.file : undefined;
}

function membersOf(owner: NonNullable<ReturnType<Known["types"]["get"]>>): readonly string[] {
  switch (owner.kind) {
    case "service":
      return owner.methods.map(({ name }) => name);
    case "message":
      return [...owner.fields, ...owner.oneofs].map(({ name }) => name);
    case "enum":
      return owner.values.map(({ name }) => name);
    case "extension":
      return [];
  }
}

function fileAnswer(file: DescFile | undefined, what: string): Answer {
  if (file === undefined) return notFound(what);
  const fileDescriptorProto = withImports([file]).map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

/** The files and all that they import, each once, what is imported first. */
function withImports(files: readonly DescFile[], found = new Set<DescFile>()): readonly DescFile[] {
  for (const file of files) {
    withImports(file.dependencies, found);
    found.add(file);
  }
  return [...found];
}

function notFound(what: string): Answer {
  return refusal(Code.NotFound, `there is no ${what} here`);
}

function refusal(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}
