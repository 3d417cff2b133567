import { encodeFrame as encodeHttp2Frame } from "../../src/probe/grpc/frames.ts";
import { encodeHeaders } from "../../src/probe/grpc/hpack-encode.ts";
import { FLAG, FRAME_TYPE } from "../../src/probe/grpc/protocol.ts";
import { encodeFrame } from "../../src/wire/grpc-web.ts";
import { encodeHealthCheckRequest } from "../../src/wire/health.ts";

/** As many requests as Rollcall has under way on Workers. */
const LANES = 5;

/** What the bare Workers below probe at; they answer everything with `{}`. */
export const BARE_REFRESH = "/refresh";

/** A Worker that sends a canned native request over a socket of its own, and reads until the stream ends; judges nothing. */
export function bareNative(port: number, probes: number): string {
  return bareRefresher(
    probes,
    `
    import { connect } from "cloudflare:sockets";
    const request = new Uint8Array(${JSON.stringify([...nativeRequest(port)])});
    async function probe() {
      const socket = connect({ hostname: "127.0.0.1", port: ${port} });
      const writer = socket.writable.getWriter();
      const reader = socket.readable.getReader();
      writer.write(request).catch(() => {});
      let bytes = new Uint8Array();
      for (let at = 0;;) {
        const { done, value } = await reader.read();
        if (done) throw new Error("ended early");
        const joined = new Uint8Array(bytes.length + value.length);
        joined.set(bytes);
        joined.set(value, bytes.length);
        bytes = joined;
        while (bytes.length >= at + 9) {
          if (bytes[at + 3] === ${FRAME_TYPE.HEADERS} && (bytes[at + 4] & ${FLAG.END_STREAM})) return socket.close();
          at += 9 + bytes[at] * 65536 + bytes[at + 1] * 256 + bytes[at + 2];
        }
      }
    }`,
  );
}

/** A Worker that sends the same by `fetch` in gRPC-web, and reads the answer; judges nothing. */
export function bareWeb(port: number, probes: number): string {
  return bareRefresher(
    probes,
    `
    const body = new Uint8Array(${JSON.stringify([...encodeFrame(encodeHealthCheckRequest(""))])});
    const headers = { "content-type": "application/grpc-web" };
    async function probe() {
      const url = "http://127.0.0.1:${port}/grpc.health.v1.Health/Check";
      const response = await fetch(url, { method: "POST", headers, body });
      await response.arrayBuffer();
    }`,
  );
}

function bareRefresher(probes: number, probe: string): string {
  return `${probe}
    async function lane() {
      for (let n = 0; n < ${Math.ceil(probes / LANES)}; n++) await probe();
    }
    export default {
      async fetch(request) {
        if (request.url.endsWith("${BARE_REFRESH}")) {
          await Promise.all(Array.from({ length: ${Math.min(probes, LANES)} }, lane));
        }
        return new Response("{}");
      },
    };`;
}

/** Preface, empty SETTINGS, and one whole Check: all that a peer needs to answer. */
function nativeRequest(port: number): Uint8Array {
  const headers = encodeHeaders([
    [":method", "POST"],
    [":scheme", "http"],
    [":path", "/grpc.health.v1.Health/Check"],
    [":authority", `127.0.0.1:${port}`],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
  ]);
  const body = encodeFrame(encodeHealthCheckRequest(""));
  return new Uint8Array([
    ...new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ...encodeHttp2Frame({ type: FRAME_TYPE.SETTINGS }),
    ...encodeHttp2Frame({ type: FRAME_TYPE.HEADERS, flags: FLAG.END_HEADERS, streamId: 1, payload: headers }),
    ...encodeHttp2Frame({ type: FRAME_TYPE.DATA, flags: FLAG.END_STREAM, streamId: 1, payload: body }),
  ]);
}
