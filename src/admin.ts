import { createBoundedAuthority } from "./admin/bounded-authority.ts";
import { createMaintenanceWriter } from "./admin/maintenance-writer.ts";
import type { AdminOptions } from "./admin/options.ts";
import { createRegistryWriter } from "./admin/registry-writer.ts";
import { createStatusWriter } from "./admin/status-writer.ts";
import type { MaintenanceWriter } from "./core/maintenance-writer.ts";
import type { RegistryWriter } from "./core/registry-writer.ts";
import type { StatusWriter } from "./core/status-writer.ts";

/** All that is written at run time. */
export interface Admin {
  readonly registryWriter: RegistryWriter;
  readonly maintenanceWriter: MaintenanceWriter;
  readonly statusWriter: StatusWriter;
}

/** Create the writers over their authority. Nothing happens until one is called. */
export function createAdmin(options: AdminOptions): Admin {
  const authority = createBoundedAuthority(options.authority, options);
  const shared = { ...options, authority };
  return {
    registryWriter: createRegistryWriter(shared),
    maintenanceWriter: createMaintenanceWriter(shared),
    statusWriter: createStatusWriter(shared),
  };
}
