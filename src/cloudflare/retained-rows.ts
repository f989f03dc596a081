/**
 * The rows of retained events. Read when asked for, never at wake. Whose they are is counted in memory, from the first
 * retained publication on: an index would be one more row written for each.
 */
import type { RetainedBounds, RetainedMost, RetainedRow } from "../router/store.ts";
import { type MatchPolicy, matches } from "../wamp/uri.ts";
import { fromKept, type KeptColumns } from "./kept-columns.ts";
import { toColumns } from "./payload-columns.ts";

/** What the retained events are together. */
interface Ledger {
  events: number;
  octets: number;
  /** authid to the places of its events, oldest first; null: of before it was written down whose they are. */
  readonly places: Map<string | null, Set<number>>;
}

interface Counted {
  readonly place: number;
  readonly authid: string | null;
  readonly octets: number;
  readonly [column: string]: SqlStorageValue;
}

export class RetainedRows {
  readonly #sql: SqlStorage;
  /** Undefined until something is retained. */
  #ledger: Ledger | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Writes were undone: what was counted along counts no more. */
  recount(): void {
    this.#ledger = undefined;
  }

  *retained(match: MatchPolicy, uri: string): Iterable<RetainedRow> {
    const { where, values } = rangeOf(match, uri);
    const rows = this.#sql.exec<
      KeptColumns & { authid: string | null; publisher: number | null; octets: number; restricted: number }
    >(
      `SELECT topic, publication, time, authid, publisher, octets, details, lists, restricted, format, count, body
       FROM retained ${where} ORDER BY place DESC`,
      ...values,
    );
    for (const { authid, publisher, octets, restricted, ...row } of rows) {
      if (match !== "exact" && !matches(uri, match, row.topic)) continue;
      const whose = { authid: authid ?? undefined, publisher: publisher ?? undefined };
      yield { ...fromKept(row), ...whose, octets, restricted: restricted === 1 };
    }
  }

  putRetained(row: RetainedRow, most: RetainedMost): void {
    const { topic, publication, time, authid = null, publisher, octets, details, lists, restricted } = row;
    const given = JSON.stringify(lists);
    const ledger = this.#load();
    if (restricted) this.#remove(ledger, "topic = ? AND restricted = 1 AND lists = ?", topic, given);
    else this.#remove(ledger, "topic = ?", topic);
    const { place } = this.#sql
      .exec<{ place: number }>(
        `INSERT INTO retained
           (topic, publication, time, authid, publisher, octets, details, lists, restricted, format, count, body)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING place`,
        topic,
        publication,
        time,
        authid,
        publisher ?? null,
        octets,
        JSON.stringify(details),
        given,
        Number(restricted),
        ...toColumns(row.payload),
      )
      .one();
    enter(ledger, { place, authid, octets });
    if (authid !== null) this.#boundOwn(ledger, authid, most.ofAuthid);
    if (ledger.events > most.events) this.#removeOldest(ledger, ledger.events - most.events);
  }

  boundRetained({ octets, since }: RetainedBounds): void {
    // Where nothing was put since waking, only time has passed.
    if (!this.#ledger && !(this.#oldestTime() < since)) return;
    const ledger = this.#load();
    while (ledger.octets > octets) this.#removeOldest(ledger, 1);
    while (this.#oldestTime() < since) this.#removeOldest(ledger, 1);
  }

  #load(): Ledger {
    if (!this.#ledger) {
      const ledger: Ledger = { events: 0, octets: 0, places: new Map() };
      const rows = this.#sql.exec<Counted>("SELECT place, authid, octets FROM retained ORDER BY place");
      for (const row of rows) enter(ledger, row);
      this.#ledger = ledger;
    }
    return this.#ledger;
  }

  #boundOwn(ledger: Ledger, authid: string, most: number): void {
    const own = ledger.places.get(authid) ?? new Set();
    for (const place of own) {
      if (own.size <= most) return;
      this.#remove(ledger, "place = ?", place);
    }
  }

  #remove(ledger: Ledger, which: string, ...values: (string | number)[]): void {
    const gone = this.#sql
      .exec<Counted>(`DELETE FROM retained WHERE ${which} RETURNING place, authid, octets`, ...values)
      .toArray();
    for (const { place, authid, octets } of gone) {
      ledger.events--;
      ledger.octets -= octets;
      const own = ledger.places.get(authid);
      own?.delete(place);
      if (own?.size === 0) ledger.places.delete(authid);
    }
  }

  #removeOldest(ledger: Ledger, many: number): void {
    this.#remove(ledger, "place IN (SELECT place FROM retained ORDER BY place LIMIT ?)", many);
  }

  /** Infinity where nothing is retained. */
  #oldestTime(): number {
    const [row] = this.#sql.exec<{ time: number }>("SELECT time FROM retained ORDER BY place LIMIT 1");
    return row?.time ?? Number.POSITIVE_INFINITY;
  }
}

function enter(ledger: Ledger, { place, authid, octets }: Counted): void {
  ledger.events++;
  ledger.octets += octets;
  const own = ledger.places.get(authid);
  if (own) own.add(place);
  else ledger.places.set(authid, new Set([place]));
}

/** Which rows may match: those whose topic begins as the pattern does, found by the index. */
function rangeOf(match: MatchPolicy, uri: string): { where: string; values: string[] } {
  if (match === "exact") return { where: "WHERE topic = ?", values: [uri] };
  const start = match === "prefix" ? uri : uri.slice(0, firstGap(uri));
  if (start === "") return { where: "", values: [] };
  const end = following(start);
  return end === undefined
    ? { where: "INDEXED BY retained_topic WHERE topic >= ?", values: [start] }
    : { where: "INDEXED BY retained_topic WHERE topic >= ? AND topic < ?", values: [start, end] };
}

/** The first text after all that begin so, as SQLite orders them: by code points. Undefined: there is none. */
function following(start: string): string | undefined {
  const last = [...start].at(-1) ?? "";
  const point = last.codePointAt(0) ?? 0;
  if (point === 0x10ffff) return undefined;
  const next = point === 0xd7ff ? 0xe000 : point + 1; // no text has a surrogate by itself
  return start.slice(0, start.length - last.length) + String.fromCodePoint(next);
}

/** Where a wildcard pattern first stands for anything. */
function firstGap(pattern: string): number {
  if (pattern.startsWith(".")) return 0;
  const gap = pattern.indexOf("..");
  return gap >= 0 ? gap + 1 : pattern.length;
}
