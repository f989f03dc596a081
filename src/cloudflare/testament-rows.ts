/** The rows of testaments, which stay with their session's. Read when the session ends, never at wake. */
import type { TestamentRow, TestamentScope } from "../router/store.ts";
import { fromColumns, type PayloadColumns, toColumns } from "./payload-columns.ts";

export class TestamentRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  *testaments(session: number): Iterable<TestamentRow> {
    const rows = this.#sql.exec<{ scope: TestamentScope; topic: string; options: string } & PayloadColumns>(
      "SELECT scope, topic, options, format, count, body FROM testament WHERE session = ? ORDER BY place",
      session,
    );
    for (const { scope, topic, options, ...payload } of rows) {
      // Only addTestament writes the options.
      const given = JSON.parse(options) as TestamentRow["options"];
      yield { session, scope, topic, options: given, payload: fromColumns(payload) };
    }
  }

  testamentSize(session: number): { readonly count: number; readonly octets: number } {
    return this.#sql
      .exec<{ count: number; octets: number }>(
        `SELECT count(*) AS count,
           coalesce(sum(coalesce(length(CAST(body AS BLOB)), 0) + length(options)), 0) AS octets
         FROM testament WHERE session = ?`,
        session,
      )
      .one();
  }

  addTestament({ session, scope, topic, options, payload }: TestamentRow): void {
    this.#sql.exec(
      `INSERT INTO testament (session, place, scope, topic, options, format, count, body)
       VALUES (?1, (SELECT coalesce(max(place), 0) + 1 FROM testament WHERE session = ?1), ?, ?, ?, ?, ?, ?)`,
      session,
      scope,
      topic,
      JSON.stringify(options),
      ...toColumns(payload),
    );
  }

  removeTestaments(session: number, scope?: TestamentScope): void {
    if (scope === undefined) this.#sql.exec("DELETE FROM testament WHERE session = ?", session);
    else this.#sql.exec("DELETE FROM testament WHERE session = ? AND scope = ?", session, scope);
  }
}
