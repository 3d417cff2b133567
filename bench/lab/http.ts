/** One keep-alive HTTP/1.1 connection, one request at a time. */
export interface HttpConnection extends Disposable {
  /** Send a whole request and read the answer; its body is only valid until the next one. */
  ask(request: Uint8Array): Promise<HttpAnswer>;
}

/** An answer whose length was announced. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** Connect to a port of 127.0.0.1. */
export async function connectHttp(port: number): Promise<HttpConnection> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay();
  const buffer = new Uint8Array(1_048_576);
  return {
    ask: async (request) => {
      for (let sent = 0; sent < request.length;) sent += await connection.write(request.subarray(sent));
      for (let length = 0;;) {
        const read = await connection.read(buffer.subarray(length));
        if (read === null) throw new Error("Cannot read an answer: the server closed the connection");
        length += read;
        const answer = parse(buffer.subarray(0, length));
        if (answer !== undefined) return answer;
      }
    },
    [Symbol.dispose]: () => connection.close(),
  };
}

/** The bytes of a request; its length is announced when it has a body. */
export function httpRequest(
  line: string,
  headers: Readonly<Record<string, string>> = {},
  body?: Uint8Array,
): Uint8Array {
  const length = body === undefined ? {} : { "content-length": String(body.length) };
  const lines = Object.entries({ host: "127.0.0.1", ...headers, ...length }).map(([name, value]) =>
    `${name}: ${value}\r\n`
  );
  const head = new TextEncoder().encode(`${line} HTTP/1.1\r\n${lines.join("")}\r\n`);
  return new Uint8Array([...head, ...(body ?? [])]);
}

/** Undefined while the answer is not whole. */
function parse(bytes: Uint8Array): HttpAnswer | undefined {
  const bodyAt = endOfHead(bytes);
  if (bodyAt < 0) return undefined;
  const head = LATIN1.decode(bytes.subarray(0, bodyAt));
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? NaN);
  if (Number.isNaN(length)) throw new Error(`Cannot read an answer: it has no content-length: ${head}`);
  if (bytes.length < bodyAt + length) return undefined;
  if (bytes.length > bodyAt + length) throw new Error("Cannot read an answer: more came than was announced");
  return { status: Number(head.slice(9, 12)), body: bytes.subarray(bodyAt) };
}

const LATIN1 = new TextDecoder("latin1");

function endOfHead(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(13); at >= 0; at = bytes.indexOf(13, at + 1)) {
    if (bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at + 4;
  }
  return -1;
}
