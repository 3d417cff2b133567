import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { status as CODE } from "@grpc/grpc-js";
import assert from "node:assert/strict";
import { ServerReflection } from "../../src/gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionAlpha } from "../../src/gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { grpcJsClient } from "../support/grpc-js-client.ts";
import { serve } from "../support/grpc-server.ts";
import { reportOn } from "../support/reports.ts";

type Question = NonNullable<Parameters<typeof ask>[1]>[number];

/** What one stream of reflection answers, message by message. */
async function ask(
  port: number,
  questions: readonly { readonly case: "listServices" | "fileByFilename" | "fileContainingSymbol"; value: string }[],
) {
  using client = grpcJsClient(port);
  const call = client.stream(
    ServerReflection.method.serverReflectionInfo,
    questions.map((messageRequest) => ({ host: "h", messageRequest })),
  );
  assert.equal((await call.ended).code, CODE.OK);
  assert.ok(call.messages.every(({ validHost }) => validHost === "h"));
  return call.messages.map(({ messageResponse }) => messageResponse);
}

function filesIn(answer: Awaited<ReturnType<typeof ask>>[number] | undefined): string[] {
  assert.equal(answer?.case, "fileDescriptorResponse");
  return answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
}

const HEALTH = ["grpc/health/v1/health.proto"];
const JINA = ["google/protobuf/empty.proto", "jina/jina.proto"];

Deno.test("reflection lists every service, in both versions", async () => {
  await using server = await serve(reportOn([]));
  using client = grpcJsClient(server.port);
  const message = { messageRequest: { case: "listServices", value: "" } } as const;
  const calls = [
    client.call(ServerReflection.method.serverReflectionInfo, message),
    client.call(ServerReflectionAlpha.method.serverReflectionInfo, message),
  ];
  for (const call of calls) {
    assert.equal((await call.ended).code, CODE.OK);
    const answer = call.messages[0]?.messageResponse;
    assert.equal(answer?.case, "listServicesResponse");
    assert.deepEqual(answer.value.service.map(({ name }) => name), [
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
      "jina.JinaGatewayDryRunRPC",
      "rollcall.v1.MaintenanceService",
      "rollcall.v1.RegistryService",
      "rollcall.v1.StatusService",
    ]);
  }
});

Deno.test("reflection tells the file of a name, of any kind, with what it imports first", async () => {
  await using server = await serve(reportOn([]));
  const rows: readonly (readonly [Question, readonly string[]])[] = [
    [{ case: "fileByFilename", value: "grpc/health/v1/health.proto" }, HEALTH],
    [{ case: "fileByFilename", value: "google/protobuf/empty.proto" }, ["google/protobuf/empty.proto"]],
    [{ case: "fileContainingSymbol", value: "grpc.health.v1.Health" }, HEALTH],
    [{ case: "fileContainingSymbol", value: "grpc.health.v1.Health.Check" }, HEALTH],
    [{ case: "fileContainingSymbol", value: "grpc.health.v1.HealthCheckRequest.service" }, HEALTH],
    [{ case: "fileContainingSymbol", value: "grpc.health.v1.HealthCheckResponse.ServingStatus" }, HEALTH],
    [{ case: "fileContainingSymbol", value: "jina.JinaGatewayDryRunRPC.dry_run" }, JINA],
    [{ case: "fileContainingSymbol", value: "jina.StatusProto.ExceptionProto" }, JINA],
  ];
  const answers = await ask(server.port, rows.map(([question]) => question));
  for (const [index, [{ value }, files]] of rows.entries()) assert.deepEqual(filesIn(answers[index]), files, value);
});

Deno.test("reflection answers NOT_FOUND for what is not there, and the stream goes on", async () => {
  await using server = await serve(reportOn([]));
  const answers = await ask(server.port, [
    { case: "fileContainingSymbol", value: "nope.Nope" },
    { case: "fileContainingSymbol", value: "grpc.health.v1.Health.Nope" },
    { case: "fileContainingSymbol", value: "" },
    { case: "fileByFilename", value: "nope.proto" },
    { case: "fileContainingSymbol", value: "jina.StatusProto" },
  ]);
  for (const answer of answers.slice(0, 4)) {
    assert.equal(answer?.case, "errorResponse");
    assert.equal(answer.value.errorCode, CODE.NOT_FOUND);
  }
  assert.deepEqual(filesIn(answers[4]), JINA);
});
