/** One line per change that was accepted, and per call that the authority did not answer. */
export type AdminLog =
  | {
    readonly event: "registry";
    readonly version: number;
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly string[];
  }
  | {
    readonly event: "maintenance";
    readonly action: "scheduled" | "ended";
    readonly id: string;
    readonly name: string;
    /** ISO 8601. */
    readonly from: string;
    readonly until: string;
  }
  | { readonly event: "authority-error"; readonly error: string };
