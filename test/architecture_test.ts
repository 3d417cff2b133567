import assert from "node:assert/strict";
import { walkSync } from "./support/walk.ts";

/** What each part of `src` may import, as in `docs/design.md` §2; a part may always import itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "core": [],
  "wire": [],
  "gen": [],
  "fan-out.ts": [],
  "ports.ts": ["core"],
  "config": ["core"],
  "probe": ["ports.ts", "core", "wire", "gen"],
  // The clock, for the Durable Object, to which nobody can lend one.
  "store": ["clock.ts", "ports.ts", "core"],
  "surface": ["core", "wire", "gen"],
  "upgrade": ["surface"],
  "listen": ["ports.ts"],
  "grpc-server": ["surface", "core", "wire", "gen"],
  "refresh": ["fan-out.ts", "ports.ts", "core"],
  "fleet": ["config", "ports.ts", "core"],
  "admin": ["fleet", "config", "ports.ts", "core"],
  "clock.ts": ["ports.ts"],
  "client": ["clock.ts", "ports.ts", "core", "wire"],
  // `createRollcall` puts together all that a root does.
  "embed": [
    "clock.ts",
    "ports.ts",
    "core",
    "wire",
    "gen",
    "surface",
    "config",
    "fleet",
    "admin",
    "refresh",
    "probe",
    "store",
    "upgrade",
    "rollcall.ts",
  ],
  "cli": [
    "clock.ts",
    "config",
    "ports.ts",
    "core",
    "refresh",
    "store",
    "surface",
    "probe",
    "wire",
    "gen",
    "fan-out.ts",
    "client",
  ],
  "deno": ["config"],
  "satellite": ["config", "ports.ts", "core", "wire"],
  "rollcall.ts": ["admin", "config", "fleet", "ports.ts", "core", "refresh", "surface"],
};

/** A file and the folder of the same name are one part. */
const PARTS: Readonly<Record<string, string>> = {
  "refresh.ts": "refresh",
  "config.ts": "config",
  "admin.ts": "admin",
  "client.ts": "client",
  "embed.ts": "embed",
  "satellite.ts": "satellite",
};

/** Composition roots import anything. */
const ROOTS = ["worker.ts", "deno.ts", "cli/main.ts"];

/** Libraries, and the only parts that may know them. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  "hono": ["surface"],
  "@connectrpc/connect": ["surface", "grpc-server", "embed"],
  "@bufbuild/protobuf": ["gen", "surface", "grpc-server", "cli"],
  "smol-toml": ["config", "cli"],
  "@commander-js/extra-typings": ["cli"],
  // Deno's TLS; the Worker must not reach it, see below.
  "node:tls": ["probe", "cli"],
  "cloudflare:workers": ["store"],
  "cloudflare:sockets": ["embed"],
  "node:dns": ["probe"],
  "node:stream": ["probe", "cli"],
  "node:http2": ["grpc-server"],
  "node:events": ["grpc-server"],
  "node:net": ["probe", "grpc-server"],
  // What grpc-js takes bytes in; only its own file of embed may.
  "node:buffer": ["embed"],
  "node:crypto": ["grpc-server"],
};

const SOURCE = new URL("../src/", import.meta.url);
const files = walkSync(SOURCE).filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"));
const textOf = new Map(files.map((path) => [path, Deno.readTextFileSync(new URL(path, SOURCE))]));
const importsOf = new Map([...textOf].map(([path, text]) => [path, imports(text)]));

/** Module specifiers a file names, type-only imports included. */
function imports(text: string): string[] {
  return [...text.matchAll(/(?:from\s+|import\s*\(\s*|^import\s+)"([^"]+)"/gm)].flatMap((match) => match[1] ?? []);
}

/** Module specifiers that are still there when the types are gone. */
function runtimeImports(path: string): string[] {
  return imports((textOf.get(path) ?? "").replaceAll(/^(?:import|export) type [^;]*;/gm, ""));
}

function resolve(from: string, specifier: string): string {
  return new URL(specifier, new URL(from, SOURCE)).pathname.slice(SOURCE.pathname.length);
}

function partOf(path: string): string {
  const top = path.split("/")[0] ?? path;
  return PARTS[top] ?? top;
}

for (const path of files.filter((path) => !ROOTS.includes(path))) {
  Deno.test(`src/${path} imports only what its part may`, () => {
    const part = partOf(path);
    const allowed = MAY_IMPORT[part];
    assert.ok(allowed, `no rule for ${part}`);
    for (const specifier of importsOf.get(path) ?? []) {
      if (specifier.startsWith(".")) {
        const other = partOf(resolve(path, specifier));
        assert.ok(other === part || allowed.includes(other), `${part} imports ${other}`);
      } else {
        const library = Object.keys(LIBRARIES).find((name) => specifier === name || specifier.startsWith(`${name}/`));
        assert.ok(library, `unknown library ${specifier}`);
        assert.ok(LIBRARIES[library]?.includes(part), `${part} imports ${specifier}`);
      }
    }
  });
}

Deno.test("no file of src imports itself by a detour", () => {
  const state = new Map<string, "open" | "done">();
  function visit(path: string, trail: readonly string[]): void {
    assert.notEqual(state.get(path), "open", [...trail, path].join(" -> "));
    if (state.get(path) === "done") return;
    state.set(path, "open");
    for (const specifier of importsOf.get(path) ?? []) {
      if (specifier.startsWith(".")) visit(resolve(path, specifier), [...trail, path]);
    }
    state.set(path, "done");
  }
  for (const path of files) visit(path, []);
});

Deno.test("only the clock reads the platform's time", () => {
  for (const [path, text] of textOf) {
    if (path !== "clock.ts") {
      assert.doesNotMatch(text, /\bDate\.now\b|\bperformance\.now\b|\bset(Interval|Timeout)\(/, path);
    }
  }
});

Deno.test("only the roots read the environment", () => {
  for (const [path, text] of textOf) {
    if (!ROOTS.includes(path)) assert.doesNotMatch(text, /\bDeno\.env\b|\bprocess\.env\b/, path);
  }
});

/** Files that run where `root` runs; none may need Deno. */
function reachedFrom(root: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [root];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    for (const specifier of runtimeImports(path)) {
      assert.doesNotMatch(specifier, /^node:|smol-toml|connect-node/, path);
      if (specifier.startsWith(".")) open.push(resolve(path, specifier));
    }
    assert.doesNotMatch(textOf.get(path) ?? "", /\bDeno\./, path);
  }
  return reached;
}

Deno.test("the Worker does not reach what only Deno can run", () => {
  const reached = reachedFrom("worker.ts");
  assert.ok(reached.has("refresh.ts"));
  for (const path of ["probe/watch.ts", "refresh/follow.ts", "satellite.ts"]) {
    assert.ok(textOf.has(path) && !reached.has(path), path);
  }
});

Deno.test("the client library reaches neither a platform nor a library", () => {
  const reached = reachedFrom("client.ts");
  assert.ok(reached.has("clock.ts") && !reached.has("refresh.ts"));
  for (const path of reached) for (const specifier of runtimeImports(path)) assert.match(specifier, /^\./, path);
});

Deno.test("the library for servers runs wherever they do, and what grpc-js needs of it reaches no library", () => {
  const reached = reachedFrom("embed.ts");
  assert.ok(reached.has("embed/create-health.ts") && reached.has("embed/rollcall.ts"));
  for (const path of ["grpc-js.ts", "deno.ts", "workers.ts", "node-20.ts"]) {
    assert.ok(textOf.has(`embed/${path}`) && !reached.has(`embed/${path}`), path);
  }
  assert.ok(reachedFrom("embed/workers.ts").has("upgrade/workers.ts"));
  for (const root of ["embed/create-health.ts", "embed/rpc-rules.ts", "wire/health-list.ts"]) {
    for (const path of reachedFrom(root)) {
      for (const specifier of runtimeImports(path)) assert.match(specifier, /^\./, path);
    }
  }
});
