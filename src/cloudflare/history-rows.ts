/** The rows of event history. Read when asked for, never at wake; what there is of it is counted once, then kept up with. */
import type { HistoryBounds, HistoryRow } from "../router/store.ts";
import { fromKept, type KeptColumns } from "./kept-columns.ts";
import { toColumns } from "./payload-columns.ts";

/** What a subscription's history holds. */
interface HistorySize {
  events: number;
  octets: number;
  /** The place of the newest event. */
  last: number;
}

export class HistoryRows {
  readonly #sql: SqlStorage;
  /** Subscription id to the size of its history. */
  readonly #sizes = new Map<number, HistorySize>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Writes were undone: what was counted along counts no more. */
  recount(): void {
    this.#sizes.clear();
  }

  *histories(): Iterable<number> {
    const rows = this.#sql.exec<{ subscription: number }>("SELECT DISTINCT subscription FROM history");
    for (const { subscription } of rows) yield subscription;
  }

  *history(subscription: number): Iterable<HistoryRow> {
    const rows = this.#sql.exec<KeptColumns & { octets: number }>(
      `SELECT publication, time, topic, details, lists, octets, format, count, body FROM history
       WHERE subscription = ? ORDER BY place`,
      subscription,
    );
    for (const { octets, ...row } of rows) yield { ...fromKept(row), subscription, octets };
  }

  addHistory(row: HistoryRow, bounds: HistoryBounds): void {
    const { subscription, publication, time, topic, details, lists, payload, octets } = row;
    const size = this.#size(subscription);
    this.#sql.exec(
      `INSERT INTO history
         (subscription, place, publication, time, topic, details, lists, octets, format, count, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      subscription,
      size.last + 1,
      publication,
      time,
      topic,
      JSON.stringify(details),
      JSON.stringify(lists),
      octets,
      ...toColumns(payload),
    );
    // Only now: what could not be written does not count.
    size.last++;
    size.events++;
    size.octets += octets;
    while (size.events > bounds.events || size.octets > bounds.octets) this.#forgetOldest(size, subscription);
    while (size.events > 0 && this.#oldestTime(subscription) < bounds.since) {
      this.#forgetOldest(size, subscription);
    }
  }

  removeHistory(subscription: number): void {
    this.#sql.exec("DELETE FROM history WHERE subscription = ?", subscription);
    this.#sizes.delete(subscription);
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

  #forgetOldest(size: HistorySize, subscription: number): void {
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
