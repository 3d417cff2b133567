import { DISCOVERED } from "../../src/core/registry.ts";
import { type Ask, asksOf, NOBODY } from "./asks.ts";
import { type Peer, SERVICE } from "./peer.ts";
import { isAsExpected, type PlatformName, type Results, type Seen, type SeenByService } from "./run.ts";
import { PHASES } from "./phases.ts";

const INTRODUCTION = `# Interoperability

Written by \`deno task interop\` from what it saw; do not edit.

Each peer is a health server by other hands, in plaintext on this machine, with the services \`""\` and \`${SERVICE}\`. One Rollcall on Deno and one on workerd
watch all of them at once, each in every way below, while they go through five phases: all serve (up); \`${SERVICE}\` turns NOT_SERVING (down), and back (up); the peer is
ended (gone), and started again at the same port (up). A cell tells what Rollcall said of \`${SERVICE}\`, or of the peer as a whole where it is known as a whole only, and names
every phase in which any service came out otherwise than it was. \`auto\` names no protocol, and Rollcall finds one that the peer speaks; \`List\` is \`services = "*"\`, by the peer's first protocol.
`;

/** The page that tells how every peer was seen. */
export function interopPage(peers: readonly Peer[], results: Results): string {
  const head = ["peer", "version", "asked by", "from Deno", "from workerd", `a service it has not, \`${NOBODY}\``];
  const rows = peers.flatMap(asksOf).map((ask) => row(ask, results));
  return [INTRODUCTION, line(head), line(head.map(() => "---")), ...rows.map(line), ""].join("\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function row(ask: Ask, results: Results): string[] {
  const { peer, way } = ask;
  const on = (platform: PlatformName) => results[platform].get(ask.name) ?? [];
  const whose = way === peer.protocols[0] ? [peer.name, peer.version] : ["", ""];
  return [...whose, asked(ask), phases(ask, on("Deno")), phases(ask, on("workerd")), nobody(on("Deno"))];
}

function asked({ way, peer }: Ask): string {
  if (way !== "List") return way;
  return peer.hasList ? `List: finds \`""\`, \`${SERVICE}\`` : 'List: has none, so `""` is asked';
}

/** Such as `up, down, up, gone (unavailable), up`. */
function phases(ask: Ask, seen: readonly SeenByService[]): string {
  return PHASES.map((phase, index) => {
    const services = seen[index] ?? {};
    const said = word(services[SERVICE] ?? services[""] ?? services[DISCOVERED]);
    return isAsExpected(services, ask, phase) ? said : `**${phase.name}: ${JSON.stringify(services)}**`;
  }).join(", ");
}

function word(seen: Seen | undefined): string {
  if (seen === undefined) return "nothing";
  if (seen.failure !== null) return `gone (\`${seen.failure}\`)`;
  return { SERVING: "up", NOT_SERVING: "down" }[seen.status] ?? seen.status;
}

/** What the peer says of a service it does not have. */
function nobody([up]: readonly SeenByService[]): string {
  const seen = up?.[NOBODY];
  if (seen === undefined) return "";
  const failure = `${seen.status}, \`${seen.failure}\``;
  return seen.message === null ? failure : `${failure}: ${seen.message}`;
}
