import type { RegistryFile } from "../config.ts";
import { parseRegistryFile } from "../config/registry-file.ts";

/** What the file named by REGISTRY_FILE says; one that cannot be read is a problem of the registry's. Never throws. */
export function readRegistryFile(path: string): RegistryFile {
  try {
    return parseRegistryFile(Deno.readTextFileSync(path), path);
  } catch (error) {
    const state = error instanceof Error ? error.message : String(error);
    return { problems: [`Cannot read REGISTRY_FILE ${JSON.stringify(path)}: ${state}; name a file that can be read`] };
  }
}
