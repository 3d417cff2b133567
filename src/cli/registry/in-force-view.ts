import { isTable } from "../../config/read.ts";
import type { GetRegistryResponse } from "../../gen/rollcall/v1/registry_pb.ts";
import type { Paint } from "../color.ts";
import { renderTable } from "../table.ts";

/** What is in force, as a person reads it: groups, upstreams that were written, and what was deployed. Each line ends with a line break. */
export function inForceView({ version, registry = {}, deployed }: GetRegistryResponse, paint: Paint): string {
  const { upstreams = [], groups = {} } = registry;
  const rows = [...groupRows(groups), ...upstreamRows(upstreams), ...deployed.map((name) => row(name, "deployed", ""))];
  const headline = version === 0 ? "nothing was written yet" : `version ${version}`;
  const table = rows.length === 0 ? [] : ["", ...renderTable(["NAME", "FROM", "PROTOCOL", "WHAT"], rows, paint)];
  return [headline, ...table].map((line) => `${line}\n`).join("");
}

function row(name: string, from: string, protocol: string, what = "") {
  return [name, from, protocol, what].map((text) => ({ text }));
}

function upstreamRows(upstreams: unknown) {
  return listOf(upstreams).filter(isTable).map(({ name, protocol = "", url = "" }) =>
    row(String(name), "written", String(protocol), String(url))
  );
}

function groupRows(groups: unknown) {
  return Object.entries(isTable(groups) ? groups : {}).map(([name, group]) => {
    const { members = [], policy = "all" } = isTable(group) ? group : { members: group };
    const names = listOf(members).map((member) => isTable(member) ? member["name"] : member);
    const rule = typeof policy === "string" ? policy : JSON.stringify(policy);
    return row(`group ${JSON.stringify(name)}`, "written", "", `${rule} of ${names.join(", ")}`);
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
