import { decodeJinaStatus } from "../../wire/jina.ts";
import { encodeFrame } from "../../wire/grpc-web.ts";
import { wordsOf } from "../../wire/thrown-words.ts";
import { request, REQUEST_MAX_MS } from "../deployment.ts";
import { fail, type Finding, pass, type Smoke } from "./finding.ts";
import { failureOf, firstFrame, type HealthMethod, isAnswer, RPC_FORMATS, type RpcFormat } from "./rpc-formats.ts";

/** Check every RPC in every format: one finding for each format. */
export async function checkRpcs(smoke: Smoke): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const format of RPC_FORMATS) findings.push(await checkFormat(smoke, format));
  return [...findings, await checkJina(smoke)];
}

const FIX = "let proxies pass its POSTs on as they are: content types, bodies and streaming";

async function checkFormat(smoke: Smoke, format: RpcFormat): Promise<Finding> {
  const answered: string[] = [];
  for (const method of format.methods) {
    const problem = await (method === "Watch" ? watchProblem : unaryProblem)(smoke, method, format)
      .catch((error: unknown) => wordsOf(error));
    if (problem !== undefined) return fail(format.name, `${method}: ${problem}`, FIX);
    answered.push(method);
  }
  return pass(format.name, answered.join(", "));
}

type Problem = Promise<string | undefined>;

async function unaryProblem({ deployment: { url }, io }: Smoke, method: HealthMethod, format: RpcFormat): Problem {
  const answer = await request(`${url}/grpc.health.v1.Health/${method}${format.query}`, format.init, io);
  if (answer.status !== 200) return `HTTP ${answer.status}`;
  const message = format.message(answer.body);
  if (message === undefined) return failureOf(answer.body);
  return isAnswer(method, message, format) ? undefined : "an answer that is none to it";
}

/** The first message must come while the stream is still open. */
async function watchProblem({ deployment: { url }, io }: Smoke, method: HealthMethod, format: RpcFormat): Problem {
  const end = new AbortController();
  const disarm = io.clock.after(REQUEST_MAX_MS, () => end.abort(new Error(`no message within ${REQUEST_MAX_MS} ms`)));
  try {
    const signal = AbortSignal.any([io.stop, end.signal]);
    const path = `${url}/grpc.health.v1.Health/${method}`;
    const response = await fetch(path, { ...format.init, redirect: "manual", signal });
    if (response.status !== 200) return `HTTP ${response.status}`;
    let body = new Uint8Array();
    for await (const chunk of response.body ?? []) {
      body = new Uint8Array([...body, ...chunk]);
      const message = format.message(body);
      if (message !== undefined) return isAnswer(method, message, format) ? undefined : "an answer that is none to it";
    }
    return failureOf(body);
  } finally {
    disarm();
    end.abort();
  }
}

async function checkJina({ deployment: { url }, io }: Smoke): Promise<Finding> {
  const name = "Jina dry_run RPC";
  try {
    const headers = { "content-type": "application/grpc-web+proto" };
    const init = { method: "POST", headers, body: encodeFrame(new Uint8Array()) };
    const { status, body } = await request(`${url}/jina.JinaGatewayDryRunRPC/dry_run`, init, io);
    const message = firstFrame(body);
    const code = message === undefined ? undefined : decodeJinaStatus(message)?.code;
    if (code !== undefined) return pass(name, `code ${code}, by gRPC-web`);
    return fail(name, status === 200 ? failureOf(body) : `HTTP ${status}`, FIX);
  } catch (error) {
    return fail(name, wordsOf(error), FIX);
  }
}
