import type { UniversalServerResponse } from "@connectrpc/connect/protocol";

/**
 * Serve a stream whose handler learns at once that its client has gone.
 *
 * connect-es tells its handler only when the next message is due, by an error thrown into the iterator: a Watch of a
 * name that never changes would then go on asking for nobody. So the signal the handler gets aborts when the response's
 * body is cancelled. The request's own signal is no help: Deno aborts it after good answers too, and warns of that;
 * workerd never does without a flag.
 */
export async function streamedResponse(
  serve: (signal: AbortSignal) => Promise<UniversalServerResponse>,
): Promise<Response> {
  const gone = new AbortController();
  const { status, header, body } = await serve(gone.signal);
  const headers = header === undefined ? {} : { headers: header };
  return new Response(body === undefined ? null : streamOf(body, gone), { status, ...headers });
}

function streamOf(body: AsyncIterable<Uint8Array>, gone: AbortController): ReadableStream<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (gone.signal.aborted) return;
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel(reason) {
      gone.abort(reason);
      await iterator.return?.();
    },
  });
}
