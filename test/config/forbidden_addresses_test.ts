import assert from "node:assert/strict";
import fc from "fast-check";
import { Miniflare } from "miniflare";
import { parseConfig } from "../../src/config.ts";
import { addressProblem } from "../../src/core/address.ts";
import { endpointOf } from "../../src/core/endpoint.ts";
import type { Platform } from "../../src/core/knobs.ts";
import { bundle } from "../support/bundle.ts";
import { anyHost } from "../arbitrary/host.ts";
import { FORBIDDEN, PUBLIC, PUBLIC_ADDRESSES, SCHEMES } from "./addresses.ts";

const PLATFORMS: readonly Platform[] = ["workers", "deno"];

function configOf(url: string, platform: Platform) {
  return parseConfig({ UPSTREAMS: [{ name: "a", url }] }, platform);
}

for (const [what, hosts] of Object.entries(FORBIDDEN)) {
  Deno.test(`parseConfig() refuses ${what} under every scheme, on both platforms`, () => {
    for (const host of hosts) {
      for (const scheme of SCHEMES) {
        for (const platform of PLATFORMS) {
          const { problems, registry } = configOf(`${scheme}://${host}`, platform);
          assert.ok(problems.length > 0, `${scheme}://${host} on ${platform}`);
          assert.deepEqual(registry.upstreams, []);
        }
      }
    }
  });
}

Deno.test("parseConfig() is asked about more than a hundred spellings", () => {
  assert.ok(new Set(Object.values(FORBIDDEN).flat()).size > 200);
});

Deno.test("parseConfig() refuses a forbidden address with any port and path", () => {
  for (const host of ["127.1", "[::1]", "localhost", "0xA9FEA9FE", "metadata.google.internal"]) {
    for (const rest of [":1", ":80", ":443/latest/meta-data", ":65535/", "/..", "/@acme.com", "/%2f"]) {
      assert.deepEqual(configOf(`http://${host}${rest}`, "deno").registry.upstreams, [], host + rest);
    }
  }
});

Deno.test("parseConfig() takes public names under every scheme, whatever they look like", () => {
  for (const host of PUBLIC) {
    for (const scheme of SCHEMES) {
      for (const platform of PLATFORMS) {
        assert.deepEqual(configOf(`${scheme}://${host}`, platform).problems, [], `${scheme}://${host} on ${platform}`);
      }
    }
  }
});

Deno.test("parseConfig() takes public addresses, those next to a forbidden range too", () => {
  for (const host of PUBLIC_ADDRESSES) {
    for (const scheme of SCHEMES) assert.deepEqual(configOf(`${scheme}://${host}`, "deno").problems, [], host);
  }
});

/** Another parser would find the very same host in what is dialled: an address in its one form, or a plain name. */
function assertPlain(url: string): void {
  const { hostname } = endpointOf(url);
  // `fetch` is given the URL, and of `grpc://` the same as `http://`.
  assert.equal(new URL(url.replace(/^\w+:/, "http:")).hostname.replace(/^\[|\]$/g, ""), hostname);
  assert.match(hostname, /^[a-z0-9_-]+(\.[a-z0-9_-]+)+\.?$|^[0-9a-f:]+$/);
  assert.equal(addressProblem(url), undefined);
}

Deno.test("what parseConfig() takes is dialled as what it judged", () => {
  fc.assert(
    fc.property(anyHost, fc.constantFrom(...SCHEMES), (host, scheme) => {
      for (const { url } of configOf(`${scheme}://${host}`, "deno").registry.upstreams) assertPlain(url);
    }),
    { numRuns: 20_000 },
  );
});

const READER = `
  import { parseConfig } from "../../src/config.ts";
  export default {
    async fetch(request) {
      const read = (url) => parseConfig({ UPSTREAMS: [{ name: "a", url }] }, "deno").registry.upstreams[0]?.url ?? "";
      return Response.json((await request.json()).map(read));
    },
  };
`;

Deno.test({
  name: "parseConfig() reads every spelling as well on workerd, whose URL is another than Deno's",
  // workerd is a process of its own, which the sanitizers take for a leak.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const script = await bundle(READER, import.meta.url);
    const worker = new Miniflare({ modules: true, compatibilityDate: "2026-07-30", script });
    const read = async (urls: readonly string[]): Promise<string[]> => {
      const answer = await worker.dispatchFetch("http://worker/", { method: "POST", body: JSON.stringify(urls) });
      return await answer.json() as string[];
    };
    const everywhere = (hosts: readonly string[]) =>
      SCHEMES.flatMap((scheme) => hosts.map((host) => `${scheme}://${host}`));
    try {
      const forbidden = await read(everywhere(Object.values(FORBIDDEN).flat()));
      assert.deepEqual(forbidden.filter((url) => url !== ""), []);
      const taken = everywhere([...PUBLIC, ...PUBLIC_ADDRESSES]);
      assert.deepEqual(await read(taken), taken.map((url) => configOf(url, "deno").registry.upstreams[0]?.url));
      assert.deepEqual((await read(everywhere(["ςxn--c", "ßxn--"]))).filter((url) => url !== ""), []);
      const any = await read(everywhere(fc.sample(anyHost, 3_000)));
      for (const url of any.filter((url) => url !== "")) assertPlain(url);
    } finally {
      await worker.dispose();
    }
  },
});
