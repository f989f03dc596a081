/** Failed sign-ins as rows of the realm's object, so that sleep does not give a guesser new attempts. One row for a key. */
import type { AttemptStore } from "../gateway/attempts.ts";

export class AttemptRows implements AttemptStore {
  readonly #sql: SqlStorage;
  /** Whether there are any, as is seldom so while every sign-in asks; undefined until somebody asks. */
  #some: boolean | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(key: string): readonly number[] | undefined {
    this.#some ??= this.#sql.exec("SELECT 1 FROM attempt LIMIT 1").toArray().length > 0;
    if (!this.#some) return undefined;
    const [row] = this.#sql.exec<{ failures: string }>("SELECT failures FROM attempt WHERE key = ?", key);
    return row && (JSON.parse(row.failures) as number[]); // only put() writes it
  }

  put(key: string, failures: readonly number[]): void {
    this.#some = true;
    this.#sql.exec(
      "INSERT OR REPLACE INTO attempt (key, failures, latest) VALUES (?, ?, ?)",
      key,
      JSON.stringify(failures),
      failures.at(-1) ?? 0,
    );
  }

  prune(before: number, most: number): void {
    this.#some = undefined;
    this.#sql.exec("DELETE FROM attempt WHERE latest < ?", before);
    this.#sql.exec(
      "DELETE FROM attempt WHERE key IN (SELECT key FROM attempt ORDER BY latest DESC, key LIMIT -1 OFFSET ?)",
      most,
    );
  }
}
