/**
 * Brings the object's tables to the version that this code knows, whichever version wrote them: all steps or none. One row
 * is read where nothing is to be done, since every wake passes here.
 */
import { STEPS } from "./schema-steps.ts";

/** The version that this code reads and writes. */
export const VERSION = STEPS.length;

/**
 * @param steps what made each version out of the one before; the version that they lead to is the one that is wanted
 * @throws Error where the rows are of a version that this code does not know; they are then left as they are
 */
export function migrate(storage: DurableObjectStorage, steps: readonly string[] = STEPS): void {
  const { sql } = storage;
  const version = versionOf(sql);
  if (version === steps.length) return;
  if (version > steps.length) {
    throw new Error(
      `the rows of this realm are of schema version ${version}, and this code knows none after ${steps.length}: ` +
        "nothing was changed; deploy the newer code again",
    );
  }
  storage.transactionSync(() => {
    for (const step of steps.slice(version)) sql.exec(step);
    sql.exec("DELETE FROM schema");
    sql.exec("INSERT INTO schema (version) VALUES (?)", steps.length);
  });
}

/** 0 for an empty database, and for one that bears no number: the first steps take it as it is. */
function versionOf(sql: SqlStorage): number {
  try {
    return sql.exec<{ version: number }>("SELECT version FROM schema").one().version;
  } catch (error) {
    const [table] = sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'schema'");
    if (table) throw error;
    return 0;
  }
}
