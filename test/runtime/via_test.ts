import assert from "node:assert/strict";
import { Miniflare } from "miniflare";
import { builtWorker } from "../support/build.ts";
import { startGrpcJsUpstream } from "../support/grpc-js-upstream.ts";
import { startUpstream } from "../support/upstream.ts";

/**
 * The built Worker with upstreams that only bindings lead to. A service binding is the real thing. A VPC service and an
 * mTLS certificate are, to a Worker, bindings with `fetch`, and a VPC network one with `connect` too: here each is a service
 * of the local runtime that leads to a real server. What Cloudflare does behind them only a deployment can show.
 */
Deno.test("workerd: probes go through the binding that `via` names, and nowhere else", async () => {
  await using web = await startUpstream({ services: { "": "SERVING", "acme.Cart": "NOT_SERVING" } });
  await using native = await startGrpcJsUpstream();
  const upstreams = [
    { name: "service", url: "http://shop.internal", via: "SHOP", protocol: "http" },
    { name: "vpc service", url: "http://10.0.0.7:8080", via: "VPC_SERVICE", services: ["", "acme.Cart"] },
    { name: "certificate", url: "https://shop.acme.com", via: "CERTIFICATE", protocol: "connect" },
    { name: "vpc network", url: "grpc://10.0.0.8:50051", via: "VPC_NETWORK" },
    { name: "vpc network by auto", url: "http://10.0.0.8:50051", via: "VPC_NETWORK" },
    { name: "no TCP", url: "grpc://10.0.0.9", via: "SHOP" },
  ];
  const common = { modules: true, compatibilityDate: "2026-07-30" } as const;
  const asked: string[] = [];
  const toWeb = async (request: Forwarded) => {
    const { origin, pathname } = new URL(request.url);
    asked.push(origin);
    const headers = [...request.headers].filter(([name]) => name !== "host");
    return await fetch(web.url + pathname, { method: request.method, headers, body: await request.arrayBuffer() });
  };
  const worker = new Miniflare(
    {
      host: "127.0.0.1",
      port: 0,
      cf: { colo: "TST" },
      handleRuntimeStdio: (...streams: { resume(): void }[]) => streams.forEach((stream) => stream.resume()),
      workers: [
        {
          ...common,
          name: "rollcall",
          scriptPath: await builtWorker(),
          bindings: { UPSTREAMS: JSON.stringify(upstreams) },
          serviceBindings: { SHOP: "shop", VPC_NETWORK: "network", VPC_SERVICE: toWeb, CERTIFICATE: toWeb },
        },
        { ...common, name: "shop", script: `export default { fetch: () => new Response("open") };` },
        // Only this flag lets a local Worker take TCP from a binding: https://developers.cloudflare.com/changelog/post/2026-08-18-connect-handler
        { ...common, name: "network", compatibilityFlags: ["experimental"], script: networkTo(native.port) },
      ],
    } as ConstructorParameters<typeof Miniflare>[0],
  );
  try {
    const { names } = await (await fetch(new URL("/health", await worker.ready))).json();
    const named: readonly { readonly name: string; readonly kind: string; readonly status: string }[] = names;
    assert.deepEqual(named.filter(({ kind }) => kind === "target").map(({ name, status }) => [name, status]), [
      ["service/", "SERVING"],
      ["vpc service/", "SERVING"],
      ["vpc service/acme.Cart", "NOT_SERVING"],
      ["certificate/", "SERVING"],
      ["vpc network/", "SERVING"],
      ["vpc network by auto/", "SERVING"],
      ["no TCP/", "NOT_SERVING"],
    ]);
    assert.deepEqual(new Set(asked), new Set(["http://10.0.0.7:8080", "https://shop.acme.com"]));
  } finally {
    await worker.dispose();
  }
});

/** A request as Miniflare gives it. */
type Forwarded = Pick<Request, "method" | "url" | "arrayBuffer"> & { readonly headers: Iterable<[string, string]> };

/** Hands every connection on to a server that speaks native gRPC; it answers no HTTP of its own. */
function networkTo(port: number): string {
  return `
    import { connect } from "cloudflare:sockets";
    export default {
      fetch: () => new Response("no HTTP here", { status: 502 }),
      async connect(socket) {
        const server = connect({ hostname: "127.0.0.1", port: ${port} });
        await Promise.all([socket.readable.pipeTo(server.writable), server.readable.pipeTo(socket.writable)]);
      },
    };`;
}
