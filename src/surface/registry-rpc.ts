import type { ServiceImpl } from "@connectrpc/connect";
import type { AppliedRegistry, PreviewedRegistry, RegistryDiff } from "../core/registry-writer.ts";
import type { NameVerdict } from "../core/report.ts";
import type { RegistryService } from "../gen/rollcall/v1/registry_pb.ts";
import { WIRE_STATUS } from "../wire/health.ts";
import { maintenanceText } from "./maintenance-text.ts";
import { fleetStatus, listedNames } from "./served-name.ts";
import type { SurfaceSettings } from "./settings.ts";
import { valueOf, writerOf } from "./written.ts";

/** `rollcall.v1.RegistryService` over the writer. Who may call it is judged before. */
export function createRegistryRpc({ registryWriter }: SurfaceSettings): ServiceImpl<typeof RegistryService> {
  return {
    async getRegistry() {
      const { deployed, warnings, ...written } = valueOf(await writerOf(registryWriter).get());
      return { ...written, deployed: [...deployed], warnings: [...warnings] };
    },
    async applyRegistry({ registry = {}, expectedVersion }) {
      return appliedMessage(valueOf(await writerOf(registryWriter).apply(registry, expectedVersion)));
    },
    async registerUpstream({ upstream = {}, replace }) {
      return appliedMessage(valueOf(await writerOf(registryWriter).register(upstream, { isReplacing: replace })));
    },
    async deregisterUpstream({ name }) {
      const { version } = valueOf(await writerOf(registryWriter).deregister(name));
      return { version };
    },
    async preview({ registry = {} }) {
      return previewMessage(valueOf(await writerOf(registryWriter).preview(registry)));
    },
  };
}

function appliedMessage({ version, diff, warnings }: AppliedRegistry) {
  return { version, diff: diffMessage(diff), warnings: [...warnings] };
}

function diffMessage({ added, removed, changed }: RegistryDiff) {
  return { added: [...added], removed: [...removed], changed: [...changed] };
}

function previewMessage({ report, diff, warnings, cost }: PreviewedRegistry) {
  return {
    status: WIRE_STATUS[fleetStatus(report)],
    names: listedNames(report).map(nameMessage),
    diff: diffMessage(diff),
    warnings: [...warnings],
    cost: { ...cost },
  };
}

/** Why a name is not SERVING is what its first culprit came to. */
function nameMessage({ name, status, culprits: [culprit], maintenance }: NameVerdict) {
  if (maintenance !== undefined) {
    return { name, status: WIRE_STATUS[status], cause: "", message: maintenanceText(maintenance) };
  }
  const seen = culprit?.state?.observation;
  const cause = seen === undefined ? "" : seen.kind === "failed" ? seen.failure : seen.reason ?? "";
  return { name, status: WIRE_STATUS[status], cause, message: seen?.message ?? "" };
}
