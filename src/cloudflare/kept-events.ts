/** The rows of events that are kept: testaments, retained events, history. Read when asked for, never at wake. */
import type {
  HistoryBounds,
  HistoryRow,
  RetainedBounds,
  RetainedRow,
  TestamentRow,
  TestamentScope,
} from "../router/store.ts";
import { type MatchPolicy, matches } from "../wamp/uri.ts";
import { fromColumns, type PayloadColumns, toColumns } from "./payload-columns.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS testament (
    session INTEGER NOT NULL, place INTEGER NOT NULL, scope TEXT NOT NULL, topic TEXT NOT NULL, options TEXT NOT NULL,
    format TEXT, count INTEGER NOT NULL, body BLOB,
    PRIMARY KEY (session, place)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS retained (
    place INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, publication INTEGER NOT NULL, time INTEGER NOT NULL,
    publisher INTEGER, octets INTEGER NOT NULL, details TEXT NOT NULL, lists TEXT NOT NULL, restricted INTEGER NOT NULL,
    format TEXT, count INTEGER NOT NULL, body BLOB);
  CREATE INDEX IF NOT EXISTS retained_topic ON retained (topic);
  CREATE TABLE IF NOT EXISTS history (
    subscription INTEGER NOT NULL, place INTEGER NOT NULL, publication INTEGER NOT NULL, time INTEGER NOT NULL,
    topic TEXT NOT NULL, details TEXT NOT NULL, lists TEXT NOT NULL, octets INTEGER NOT NULL,
    format TEXT, count INTEGER NOT NULL, body BLOB,
    PRIMARY KEY (subscription, place)) WITHOUT ROWID;
`;

/** What is kept: counted once, then kept up with. */
interface Size {
  events: number;
  octets: number;
}

/** What a subscription's history holds. */
interface HistorySize extends Size {
  /** The place of the newest event. */
  last: number;
}

type Kept = {
  topic: string;
  publication: number;
  time: number;
  details: string;
  lists: string;
} & PayloadColumns;

export class KeptEvents {
  readonly #sql: SqlStorage;
  /** Subscription id to the size of its history. */
  readonly #sizes = new Map<number, HistorySize>();
  /** What the retained events hold; undefined until asked for. */
  #retained: Size | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(SCHEMA);
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

  *retained(match: MatchPolicy, uri: string): Iterable<RetainedRow> {
    const exact = match === "exact";
    const rows = this.#sql.exec<Kept & { publisher: number | null; octets: number; restricted: number }>(
      `SELECT topic, publication, time, publisher, octets, details, lists, restricted, format, count, body FROM retained
       ${exact ? "WHERE topic = ?" : ""} ORDER BY place DESC`,
      ...(exact ? [uri] : []),
    );
    for (const { publisher, octets, restricted, ...row } of rows) {
      if (!exact && !matches(uri, match, row.topic)) continue;
      yield { ...kept(row), publisher: publisher ?? undefined, octets, restricted: restricted === 1 };
    }
  }

  putRetained(row: RetainedRow, most: number): void {
    const { topic, publication, time, publisher, octets, details, lists, restricted, payload } = row;
    const given = JSON.stringify(lists);
    const size = this.#retainedSize();
    if (restricted) this.#unretain(size, "topic = ? AND restricted = 1 AND lists = ?", topic, given);
    else this.#unretain(size, "topic = ?", topic);
    this.#sql.exec(
      `INSERT INTO retained
         (topic, publication, time, publisher, octets, details, lists, restricted, format, count, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      topic,
      publication,
      time,
      publisher ?? null,
      octets,
      JSON.stringify(details),
      given,
      Number(restricted),
      ...toColumns(payload),
    );
    size.events++;
    size.octets += octets;
    if (size.events > most) this.#unretainOldest(size, size.events - most);
  }

  boundRetained({ octets, since }: RetainedBounds): void {
    const size = this.#retainedSize();
    while (size.octets > octets) this.#unretainOldest(size, 1);
    if (since === Number.NEGATIVE_INFINITY) return;
    while (size.events > 0 && this.#oldestRetained() < since) this.#unretainOldest(size, 1);
  }

  /** Goes from one subscription to the next by the primary key, past their events. */
  *histories(): Iterable<number> {
    const rows = this.#sql.exec<{ id: number }>(
      `WITH RECURSIVE each (id) AS (
         SELECT min(subscription) FROM history
         UNION ALL
         SELECT (SELECT min(subscription) FROM history WHERE subscription > each.id) FROM each
         WHERE each.id IS NOT NULL)
       SELECT id FROM each WHERE id IS NOT NULL`,
    );
    for (const { id } of rows.toArray()) yield id;
  }

  *history(subscription: number): Iterable<HistoryRow> {
    const rows = this.#sql.exec<Kept & { octets: number }>(
      `SELECT topic, publication, time, details, lists, octets, format, count, body FROM history
       WHERE subscription = ? ORDER BY place`,
      subscription,
    );
    for (const { octets, ...row } of rows) yield { ...kept(row), subscription, octets };
  }

  addHistory(row: HistoryRow, bounds: HistoryBounds): void {
    const { subscription, publication, time, topic, details, lists, payload, octets } = row;
    const size = this.#size(subscription);
    size.last++;
    size.events++;
    size.octets += octets;
    this.#sql.exec(
      `INSERT INTO history
         (subscription, place, publication, time, topic, details, lists, octets, format, count, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      subscription,
      size.last,
      publication,
      time,
      topic,
      JSON.stringify(details),
      JSON.stringify(lists),
      octets,
      ...toColumns(payload),
    );
    while (size.events > bounds.events || size.octets > bounds.octets) this.#forgetOldest(size, subscription);
    while (size.events > 0 && this.#oldestTime(subscription) < bounds.since) {
      this.#forgetOldest(size, subscription);
    }
  }

  removeHistory(subscription: number): void {
    this.#sql.exec("DELETE FROM history WHERE subscription = ?", subscription);
    this.#sizes.delete(subscription);
  }

  #retainedSize(): Size {
    this.#retained ??= this.#sql
      .exec<{ events: number; octets: number }>(
        "SELECT count(*) AS events, coalesce(sum(octets), 0) AS octets FROM retained",
      )
      .one();
    return this.#retained;
  }

  #unretain(size: Size, which: string, ...values: (string | number)[]): void {
    const gone = this.#sql
      .exec<{ octets: number }>(`DELETE FROM retained WHERE ${which} RETURNING octets`, ...values)
      .toArray();
    for (const { octets } of gone) {
      size.events--;
      size.octets -= octets;
    }
  }

  #unretainOldest(size: Size, many: number): void {
    this.#unretain(size, "place IN (SELECT place FROM retained ORDER BY place LIMIT ?)", many);
  }

  #oldestRetained(): number {
    return this.#sql.exec<{ time: number }>("SELECT time FROM retained ORDER BY place LIMIT 1").one().time;
  }

  #size(subscription: number): HistorySize {
    let size = this.#sizes.get(subscription);
    if (!size) {
      size = this.#sql
        .exec<{ events: number; octets: number; last: number }>(
          `SELECT count(*) AS events, coalesce(sum(octets), 0) AS octets, coalesce(max(place), 0) AS last
           FROM history WHERE subscription = ?`,
          subscription,
        )
        .one();
      this.#sizes.set(subscription, size);
    }
    return size;
  }

  #oldestTime(subscription: number): number {
    return this.#sql
      .exec<{ time: number }>(
        "SELECT time FROM history WHERE subscription = ? ORDER BY place LIMIT 1",
        subscription,
      )
      .one().time;
  }

  #forgetOldest(size: Size, subscription: number): void {
    const { octets } = this.#sql
      .exec<{ octets: number }>(
        `DELETE FROM history
         WHERE subscription = ?1 AND place = (SELECT min(place) FROM history WHERE subscription = ?1)
         RETURNING octets`,
        subscription,
      )
      .one();
    size.events--;
    size.octets -= octets;
  }
}

/** The columns that retained events and history share; only this file writes their JSON. */
function kept({ topic, publication, time, details, lists, ...payload }: Kept) {
  return {
    topic,
    publication,
    time,
    details: JSON.parse(details) as RetainedRow["details"],
    lists: JSON.parse(lists) as RetainedRow["lists"],
    payload: fromColumns(payload),
  };
}
