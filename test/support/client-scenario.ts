import type {
  createClient as CreateClient,
  RollcallError as RollcallErrorClass,
  WireStatus,
} from "../../src/client.ts";

/** Where a scenario happens. */
export interface Scene {
  /** Of a Rollcall that watches one upstream, `a`, which serves. */
  readonly url: string;
  /** A POST to it makes `a` NOT_SERVING. */
  readonly turnUrl: string;
  /** Nobody listens there. */
  readonly deadUrl: string;
  /** Who listens there never answers. */
  readonly hungUrl: string;
}

/** The library, however it got here. */
export interface Library {
  readonly createClient: typeof CreateClient;
  readonly RollcallError: typeof RollcallErrorClass;
}

/** Use every call of the library, as any platform can, and tell what came of it. */
export async function clientScenario({ createClient, RollcallError }: Library, scene: Scene): Promise<unknown> {
  const client = createClient(scene.url);
  const codeOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(() => "none", (error) => error instanceof RollcallError ? error.code : `no RollcallError: ${error}`);
  const up = {
    ready: await client.isFlowReady(),
    check: await client.check("a"),
    list: [...await client.list()].sort(),
    report: (await client.report()).names.map(({ name, status }) => `${name}: ${status}`),
  };
  const errors = {
    unknownName: await codeOf(client.check("nobody")),
    wrongTokenOfCheck: await codeOf(createClient(scene.url, { token: "wrong" }).check("a")),
    wrongTokenOfReport: await codeOf(createClient(scene.url, { token: "wrong" }).report()),
    wrongTokenOfWatch: await codeOf(createClient(scene.url, { token: "wrong" }).watch("a").next()),
    wrongPath: await codeOf(createClient(`${scene.url}/elsewhere`).list()),
    dead: await codeOf(createClient(scene.deadUrl).check()),
    deadIsReady: String(await createClient(scene.deadUrl).isFlowReady()),
    hung: await codeOf(createClient(scene.hungUrl).report({ timeoutMs: 100 })),
    canceled: await codeOf(client.check("a", { signal: AbortSignal.abort() })),
  };
  const watched: WireStatus[] = [];
  for await (const status of client.watch("a")) {
    watched.push(status);
    if (watched.length === 2) break;
    await fetch(scene.turnUrl, { method: "POST" });
  }
  const { servingStatus, culprits } = await client.report();
  return { up, errors, watched, down: { ready: await client.isFlowReady(), servingStatus, culprits } };
}

/** What must come of it, on every platform. */
export const SEEN = {
  up: {
    ready: true,
    check: "SERVING",
    list: [["", "SERVING"], ["a", "SERVING"]],
    report: [": SERVING", "readiness: SERVING", "liveness: SERVING", "a: SERVING", "a/: SERVING"],
  },
  errors: {
    unknownName: "not_found",
    wrongTokenOfCheck: "unauthenticated",
    wrongTokenOfReport: "unauthenticated",
    wrongTokenOfWatch: "unauthenticated",
    wrongPath: "unimplemented",
    dead: "unavailable",
    deadIsReady: "false",
    hung: "deadline_exceeded",
    canceled: "canceled",
  },
  watched: ["SERVING", "NOT_SERVING"],
  down: { ready: false, servingStatus: "NOT_SERVING", culprits: ["a/"] },
};
