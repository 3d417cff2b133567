/** How a Rollcall under test is configured. */
export interface RollcallOptions {
  /** UPSTREAMS; default none are registered. */
  readonly upstreams?: readonly object[];
  /** GROUPS. */
  readonly groups?: Readonly<Record<string, unknown>>;
  /** Knobs, READ_TOKEN and secrets, by variable name. */
  readonly vars?: Readonly<Record<string, string>>;
  /**
   * Its clients meet it itself, and not the proxies that record what it says: for what is about connections, or about a
   * thousand of them at once.
   */
  readonly isDirect?: true;
}

/** A Rollcall as its users meet it: a url, and a log. */
export interface RunningRollcall extends AsyncDisposable {
  /** Without a trailing slash; a restart may change it. */
  readonly url: string;
  /** All that it has printed so far, of every start. */
  log(): string;
  /** Entries of one event in the log, in order. */
  entries(event: string): readonly Readonly<Record<string, unknown>>[];
  /** From now on every call of the store fails; on workerd this is a restart. */
  breakStore(): Promise<void>;
  /** End it, and start it again with the same store, and with other variables where some are given. */
  restart(vars?: RollcallOptions["vars"]): Promise<void>;
  /** End it and remove its store. */
  stop(): Promise<void>;
}

/** Start a Rollcall on one platform. */
export type StartRollcall = (options: RollcallOptions) => Promise<RunningRollcall>;

/** The environment that every Rollcall under test gets, as text, as a shell would give it. */
export function environment({ upstreams, groups, vars }: RollcallOptions): Record<string, string> {
  return {
    ALLOW_PRIVATE_UPSTREAMS: "true",
    ...(upstreams === undefined ? {} : { UPSTREAMS: JSON.stringify(upstreams) }),
    ...(groups === undefined ? {} : { GROUPS: JSON.stringify(groups) }),
    ...vars,
  };
}

/**
 * Complain of what no Rollcall may ever print: an error of its own, or (workerd's) that what followed a promise did not run
 * because another request had made it.
 */
export function checkLog(log: string): void {
  const found = /^.*(?:surface_error|different request context|Uncaught).*$/m.exec(log);
  if (found !== null) throw new Error(`Cannot accept the log: it says ${found[0]}`);
}

/** The printed lines that are JSON objects of this event. */
export function entriesOf(log: string, event: string): Readonly<Record<string, unknown>>[] {
  const lines = log.split("\n").filter((line) => line.startsWith("{") && line.endsWith("}"));
  return lines.map((line) => JSON.parse(line)).filter((entry) => entry.event === event);
}
