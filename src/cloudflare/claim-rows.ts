/** The open claims of a realm as rows of its object: a token's digest and whom it enrols. The token is nowhere. */
import type { Claim, ClaimStore } from "../auth/claim.ts";

const COLUMNS = "id, authid, authrole, replaces, expires";

interface Columns {
  readonly id: string;
  readonly authid: string | null;
  readonly authrole: string;
  readonly replaces: number;
  readonly expires: number;
  readonly [column: string]: SqlStorageValue;
}

export class ClaimRows implements ClaimStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  take(id: string): Claim | undefined {
    const [row] = this.#sql.exec<Columns>(`DELETE FROM claim WHERE id = ? RETURNING ${COLUMNS}`, id);
    return row && claimOf(row);
  }

  put({ id, authid, authrole, replace, expires }: Claim): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO claim (${COLUMNS}) VALUES (?, ?, ?, ?, ?)`,
      id,
      authid ?? null,
      authrole,
      Number(replace),
      expires,
    );
  }

  list({ after, limit }: { readonly after: string; readonly limit: number }): readonly Claim[] {
    const rows = this.#sql.exec<Columns>(
      `SELECT ${COLUMNS} FROM claim WHERE id > ? ORDER BY id LIMIT ?`,
      after,
      limit,
    );
    return rows.toArray().map(claimOf);
  }

  prune(now: number): void {
    this.#sql.exec("DELETE FROM claim WHERE expires <= ?", now);
  }

  count(): number {
    return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM claim").one().count;
  }
}

function claimOf({ id, authid, authrole, replaces, expires }: Columns): Claim {
  return { id, authrole, replace: replaces === 1, expires, ...(authid !== null && { authid }) };
}
