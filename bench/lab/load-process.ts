import { connectHttp, type HttpAnswer } from "./http.ts";
import { messages, say } from "./lines.ts";
import type { Load } from "./load.ts";

for await (const message of messages()) say(await run(message as Load));
Deno.exit(0);

/** Ask on every connection until the time is up. Throws at the first answer that is not the expected one. */
async function run({ port, request, connections, durationMs, status, body }: Load) {
  const bytes = Uint8Array.from(request);
  const check = checkOf(status, body);
  const startedMs = performance.now();
  const untilMs = startedMs + durationMs;
  const counts = await Promise.all(Array.from({ length: connections }, async () => {
    using connection = await connectHttp(port);
    let answers = 0;
    for (; performance.now() < untilMs; answers++) check(await connection.ask(bytes));
    return answers;
  }));
  return { answers: counts.reduce((sum, count) => sum + count, 0), elapsedMs: performance.now() - startedMs };
}

function checkOf(status: number, body: Load["body"]): (answer: HttpAnswer) => void {
  const [start, end] = [Uint8Array.from(body.start), Uint8Array.from(body.end)];
  return (answer) => {
    const last = answer.body.length - end.length;
    const isRight = answer.status === status && last >= 0 && start.every((byte, at) => answer.body[at] === byte) &&
      end.every((byte, at) => answer.body[last + at] === byte);
    if (!isRight) {
      throw new Error(`Cannot measure: wrong answer ${answer.status} ${new TextDecoder().decode(answer.body)}`);
    }
  };
}
