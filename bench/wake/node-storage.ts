/** A Durable Object's storage as far as the realm's rows use it, on Node's own SQLite in memory: to time what waking reads. */
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

export function nodeStorage(): DurableObjectStorage {
  const database = new DatabaseSync(":memory:");
  const sql = { exec: (query: string, ...values: SQLInputValue[]) => exec(database, query, values) };
  const transactionSync = <T>(work: () => T): T => {
    database.exec("BEGIN");
    try {
      const result = work();
      database.exec("COMMIT");
      return result;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  };
  // What the rows ask of a storage, and no more.
  return { sql, transactionSync } as unknown as DurableObjectStorage;
}

function exec(database: DatabaseSync, query: string, values: readonly SQLInputValue[]) {
  if (values.length === 0 && /;\s*\S/.test(query)) {
    database.exec(query);
    return cursor([]);
  }
  const statement = database.prepare(query);
  return cursor(statement.all(...values));
}

function cursor(rows: readonly object[]) {
  return {
    [Symbol.iterator]: () => rows[Symbol.iterator](),
    toArray: () => rows,
    one() {
      const [row] = rows;
      if (row === undefined || rows.length > 1)
        throw new Error(`one row was asked for, there are ${rows.length}`);
      return row;
    },
  };
}
