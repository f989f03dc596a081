/**
 * Many rows at once: SQLite writes a page of them as one JSON text. To take rows one by one costs the runtime several times
 * as much, and waking takes all of a table.
 */

/** The text of a page must stay below 2 MB: a row has numbers, and at most one URI of 256 characters. */
const PAGE = 1_000;

export interface Columns {
  readonly table: string;
  /** One or more columns, positive integers, that name a row and that the table is sorted by. */
  readonly key: readonly string[];
  readonly rest: readonly string[];
}

/** Reads whole tables, each page with one query. */
export class BulkRows<Row extends readonly unknown[]> {
  readonly #query: string;
  readonly #key: number;

  /** `Row` has the key's columns first, as SQLite's JSON writes them. */
  constructor({ table, key, rest }: Columns) {
    const names = key.join(", ");
    const columns = [...key, ...rest].map((column, at) => `${column} AS c${at}`).join(", ");
    const given = [...key, ...rest].map((_, at) => `c${at}`).join(", ");
    this.#key = key.length;
    this.#query = `SELECT json_group_array(json_array(${given})) AS rows FROM (
      SELECT ${columns} FROM ${table}
      WHERE (${names}) > (${key.map(() => "?").join(", ")}) ORDER BY ${names} LIMIT ${PAGE})`;
  }

  *read(sql: SqlStorage): Iterable<Row> {
    let after: readonly unknown[] = Array(this.#key).fill(0);
    for (;;) {
      const { rows } = sql.exec<{ rows: string }>(this.#query, ...(after as number[])).one(); // a key is integers
      // Of the columns that were asked for; an aggregate promises no order, though it keeps that of its rows.
      const page = (JSON.parse(rows) as Row[]).sort((one, other) => this.#compare(one, other));
      yield* page;
      const last = page.at(-1);
      if (page.length < PAGE || !last) return;
      after = last.slice(0, this.#key);
    }
  }

  #compare(one: Row, other: Row): number {
    for (let at = 0; at < this.#key; at++) {
      const difference = Number(one[at]) - Number(other[at]);
      if (difference !== 0) return difference;
    }
    return 0;
  }
}
