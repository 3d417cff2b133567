import type { WrittenRecord } from "../ports.ts";
import { nextVersion } from "./authority-record.ts";

/** What is needed of a Durable Object's SQLite. https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/ */
export interface SqlStorage {
  /** Runs at once; rows are read as they are iterated. */
  exec<Row>(query: string, ...bindings: readonly (string | number | null)[]): Iterable<Row>;
}

/** The records of an authority in SQLite: a write of one is one row, for rows are what a free plan counts. */
export interface SqlRecords {
  list(prefix: string): Map<string, WrittenRecord>;
  /** As `Authority.put`. Synchronous, so no other write comes between its reading and its writing. */
  put(key: string, value: string | undefined, expected: number | undefined): number | undefined;
}

/** The records in `sql`; their table is made where there is none. */
export function createSqlRecords(sql: SqlStorage): SqlRecords {
  sql.exec(CREATE);
  return {
    list: (prefix) => new Map(withPrefix(sql, prefix)),
    put(key, value, expected) {
      const [row = NOTHING] = sql.exec<VersionRow>(SELECT_VERSION, key);
      const next = nextVersion({ version: row.version, isFilled: row.isFilled === 1 }, value, expected);
      if (next !== undefined && next !== row.version) sql.exec(WRITE, key, next, value ?? null);
      return next;
    },
  };
}

/** A removed record leaves its version behind, without a value. */
interface VersionRow {
  readonly version: number;
  readonly isFilled: 0 | 1;
}

const NOTHING: VersionRow = { version: 0, isFilled: 0 };

interface RecordRow {
  readonly key: string;
  readonly version: number;
  readonly value: string | null;
}

// WITHOUT ROWID: else the primary key is an index beside the table, and a new record two rows.
const CREATE = "CREATE TABLE IF NOT EXISTS record " +
  "(key TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT) WITHOUT ROWID";
const SELECT_VERSION = "SELECT version, value IS NOT NULL AS isFilled FROM record WHERE key = ?";
const SELECT_FROM = "SELECT key, version, value FROM record WHERE key >= ? ORDER BY key";
const WRITE = "INSERT INTO record VALUES (?, ?, ?) " +
  "ON CONFLICT (key) DO UPDATE SET version = excluded.version, value = excluded.value";

/** Keys are in the order of their bytes, so those with the prefix are neighbours, and `prefix` is the first there may be. */
function* withPrefix(sql: SqlStorage, prefix: string): Generator<readonly [string, WrittenRecord]> {
  for (const { key, version, value } of sql.exec<RecordRow>(SELECT_FROM, prefix)) {
    if (!key.startsWith(prefix)) return;
    if (value !== null) yield [key, { version, value }];
  }
}
