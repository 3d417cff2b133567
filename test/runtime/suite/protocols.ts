import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { startGrpcJsUpstream } from "../../support/grpc-js-upstream.ts";
import { startHonoUpstream } from "../../support/hono-upstream.ts";
import { startJinaGateway } from "../../support/jina-gateway.ts";
import type { RunningRollcall, StartRollcall } from "../../support/rollcall.ts";
import { startUpstream } from "../../support/upstream.ts";

const READ_TOKEN = "read-token-of-the-protocols-suite";

/** Upstreams of every protocol. */
export function protocolsSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: one refresh asks an upstream of each protocol, and the end of one changes only its own`, async () => {
    await using fleet = await startFleet();
    await using rollcall = await start({ upstreams: fleet.upstreams, vars: { READ_TOKEN } });
    const expected = new Map(fleet.upstreams.map(({ name }) => [name, "SERVING"]));
    assert.deepEqual(await statuses(rollcall, "upstream"), expected);
    // The line is printed when all of it is stored, which no answer waits for.
    const first = await eventually(
      () => Promise.resolve(rollcall.entries("refresh")[0]),
      () => "no refresh was logged",
    );
    assert.deepEqual([first.due, first.notAttempted], [fleet.upstreams.length, 0]);
    for (const { names, end } of fleet.servers) {
      await end();
      for (const name of names) expected.set(name, "NOT_SERVING");
      assert.deepEqual(await statuses(rollcall, "upstream", "no-cache"), expected, `after the end of ${names}`);
    }
  });

  Deno.test(`${platform}: a name that an upstream lists no more is gone, and a new one is there`, async () => {
    await using upstream = await startGrpcJsUpstream({ services: { "": "SERVING", "acme.Cart": "NOT_SERVING" } });
    await using web = await startUpstream({ services: { "": "SERVING", "acme.Old": "SERVING" } });
    await using rollcall = await start({
      upstreams: [{ name: "native", url: upstream.url, services: "*" }, { name: "web", url: web.url, services: "*" }],
      vars: { READ_TOKEN },
    });
    const native = [["native/", "SERVING"], ["native/acme.Cart", "NOT_SERVING"]] as const;
    assert.deepEqual([...await statuses(rollcall, "target")], [...native, ["web/", "SERVING"], [
      "web/acme.Old",
      "SERVING",
    ]]);
    web.setStatus("acme.Old", undefined);
    web.setStatus("acme.New", "NOT_SERVING");
    const seen = await statuses(rollcall, "target", "no-cache");
    assert.deepEqual([...seen], [...native, ["web/", "SERVING"], ["web/acme.New", "NOT_SERVING"]]);
    assert.equal((await check(rollcall, "acme.New")).status, "NOT_SERVING");
    assert.equal((await check(rollcall, "acme.Old")).code, "not_found");
  });

  Deno.test(`${platform}: a Rollcall may watch another, and two that watch each other do not ask in a circle`, async () => {
    await using upstream = await startUpstream();
    await using first = await start({ upstreams: [{ name: "u", url: upstream.url, protocol: "grpc-web" }] });
    await using second = await start({ upstreams: [{ name: "first", url: first.url, services: "*" }] });
    const seen = await statuses(second, "target");
    assert.deepEqual([...seen], [["first/", "SERVING"], ["first/u", "SERVING"]]);
    await using cold = await start({
      upstreams: [{ name: "u", url: upstream.url, protocol: "grpc-web" }],
      vars: { REFRESH_EVERY_MS: "3600000" },
    });
    const answer = await fetch(`${cold.url}/health`, {
      headers: { "rollcall-hops": "2", "cache-control": "no-cache" },
    });
    // A process asks its fleet at its start; an isolate has asked nobody, and does not begin to for such a question.
    if (platform === "workerd") assert.equal((await answer.json()).servingStatus, "UNKNOWN");
    else await answer.body?.cancel();
  });
}

interface FleetServer {
  readonly names: readonly string[];
  readonly end: () => Promise<void>;
}

/** Servers by other hands, and an upstream for each way to ask them. */
async function startFleet() {
  const servers: FleetServer[] = [];
  const upstreams: { readonly name: string }[] = [];
  const add = (server: AsyncDisposable, ...added: { readonly name: string; readonly [field: string]: unknown }[]) => {
    servers.push({ names: added.map(({ name }) => name), end: async () => await server[Symbol.asyncDispose]() });
    upstreams.push(...added);
  };

  const web = await startUpstream();
  add(web, { name: "grpc-web", url: web.url, protocol: "grpc-web" }, { name: "auto", url: web.url });
  const connect = await startUpstream();
  const json = { name: "connect JSON", url: connect.url, protocol: "connect", codec: "json" };
  add(connect, { name: "connect", url: connect.url, protocol: "connect" }, json);
  const native = await startGrpcJsUpstream();
  const found = { name: "auto native", url: native.url.replace("grpc:", "http:") };
  add(native, { name: "grpc", url: native.url }, found, { name: "listed", url: native.url, services: "*" });
  const pages = startHonoUpstream([
    { body: "<html>" },
    { status: 503, headers: { "content-type": "application/json" }, body: '{"db":{"state":"up"}}' },
    { headers: { "content-type": "application/health+json" }, body: '{"status":"pass"}' },
  ]);
  const expectJson = { pointer: "/db/state", equals: "up" };
  add(
    pages,
    { name: "http", url: `${pages.url}/0`, protocol: "http" },
    { name: "http JSON", url: `${pages.url}/1`, protocol: "http", expectStatus: [503], expectJson },
    { name: "auto health+json", url: `${pages.url}/2` },
  );
  const jina = await startJinaGateway();
  add(
    jina,
    { name: "jina", url: jina.http, protocol: "jina" },
    { name: "auto jina", url: jina.http },
    { name: "jina socket", url: jina.ws },
    { name: "jina gRPC", url: jina.grpc, protocol: "jina" },
    { name: "jina executor", url: jina.grpc, protocol: "jina", kind: "executor" },
  );
  const end = async () => void await Promise.all(servers.map((server) => server.end()));
  return { upstreams, servers, [Symbol.asyncDispose]: end };
}

/** Statuses by name, of one kind, in order of names. */
async function statuses(rollcall: RunningRollcall, kind: string, cacheControl = "max-age=0") {
  const headers = { authorization: `Bearer ${READ_TOKEN}`, "cache-control": cacheControl };
  const { names } = await (await fetch(`${rollcall.url}/health`, { headers })).json();
  const named: { readonly name: string; readonly kind: string; readonly status: string }[] = names;
  // A list has no order of its own.
  const sorted = named.filter((entry) => entry.kind === kind).sort((a, b) => a.name < b.name ? -1 : 1);
  return new Map(sorted.map(({ name, status }) => [name, status]));
}

async function check(rollcall: RunningRollcall, service: string) {
  const headers = { "content-type": "application/json" };
  const options = { method: "POST", headers, body: JSON.stringify({ service }) };
  return await (await fetch(`${rollcall.url}/grpc.health.v1.Health/Check`, options)).json();
}
