/**
 * Event history: the publications of the subscriptions that the configuration names, kept in the order of their arrival
 * (section 12.1). Who asks sees only what would have been for it.
 */
import type { Message } from "../wamp/message.ts";
import type { Payload } from "../wamp/payload.ts";
import { mayReceive, namesSessions, type PublishOptions, principalLists } from "./audience.ts";
import type { HistoryQuery } from "./history-query.ts";
import { octetsOf, octetsOfAll } from "./retention.ts";
import type { Identity } from "./session.ts";
import type { HistoryRule } from "./settings.ts";
import type { HistoryRow, RealmStore } from "./store.ts";
import type { Subscription } from "./subscription.ts";

export interface EventHistoryPorts {
  readonly store: RealmStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface HistoricPublication {
  readonly publication: number;
  readonly topic: string;
  readonly details: Message<"EVENT">["details"];
  readonly options: PublishOptions;
  readonly payload: Payload | undefined;
}

/** Octets of events in one answer, at least one event: who wants more asks for what comes after the last (HIS-31). */
const MAX_ANSWER = 524_288;

export interface HistoryReader<T> {
  readonly identity: Identity;
  readonly show: (row: HistoryRow) => T | undefined;
}

export class EventHistory {
  readonly #ports: EventHistoryPorts & { readonly rules: readonly HistoryRule[] };
  /** Subscription id to its rule. */
  readonly #rules = new Map<number, HistoryRule>();

  constructor(ports: EventHistoryPorts & { readonly rules: readonly HistoryRule[] }) {
    this.#ports = ports;
  }

  keep(subscription: Subscription, rule: HistoryRule): void {
    this.#rules.set(subscription.id, rule);
  }

  /** Drops the events of subscriptions that the configuration does not name any more. */
  dropUnkept(): void {
    for (const id of [...this.#ports.store.histories()]) {
      if (!this.#rules.has(id)) this.#ports.store.removeHistory(id);
    }
  }

  /** HIS-26: what names sessions is never kept, since sessions do not last. */
  add(
    subscription: Subscription,
    { publication, topic, details, options, payload }: HistoricPublication,
  ): void {
    const rule = this.#rules.get(subscription.id);
    if (!rule || namesSessions(options)) return;
    const lists = principalLists(options);
    const octets = octetsOf(payload) + octetsOfAll(details, lists);
    if (octets > rule.octets) return;
    const time = this.#ports.now();
    this.#ports.store.addHistory(
      {
        subscription: subscription.id,
        publication,
        time,
        topic,
        details,
        lists,
        payload,
        octets,
      },
      {
        events: rule.limit,
        octets: rule.octets,
        since: rule.age === undefined ? Number.NEGATIVE_INFINITY : time - rule.age,
      },
    );
  }

  /**
   * The events of a subscription that the reader may see, in the order of the query. `show` turns one into what the reader
   * gets; where it cannot, the event counts as not there: one that cannot be told must not hide the others.
   */
  select<T>(subscription: number, query: HistoryQuery, { identity, show }: HistoryReader<T>): T[] {
    const rule = this.#rules.get(subscription);
    if (!rule) return []; // HIS-22
    const since = rule.age === undefined ? Number.NEGATIVE_INFINITY : this.#ports.now() - rule.age;
    const rows = [...this.#ports.store.history(subscription)];
    const [first, last] = range(rows, query);
    const selected: T[] = [];
    let octets = 0;
    const step = query.reverse ? -1 : 1;
    for (let at = query.reverse ? last : first; at >= first && at <= last; at += step) {
      const row = rows[at];
      if (!row || row.time < since || !inTime(row, query)) continue;
      if (query.topic !== undefined && query.topic !== row.topic) continue;
      if (!mayReceive(identity, row.lists)) continue; // HIS-25
      const shown = show(row);
      if (shown === undefined) continue;
      octets += row.octets;
      if (octets > MAX_ANSWER && selected.length > 0) break;
      selected.push(shown);
      if (selected.length === query.limit) break;
    }
    return selected;
  }
}

/** HIS-16, HIS-17: positions are places in the stored order; a missing start selects nothing, a missing end everything. */
function range(rows: readonly HistoryRow[], query: HistoryQuery): [number, number] {
  const place = (publication: number): number => rows.findIndex((row) => row.publication === publication);
  let [first, last] = [0, rows.length - 1];
  for (const [publication, offset] of [
    [query.fromPublication, 0],
    [query.afterPublication, 1],
  ] as const) {
    if (publication === undefined) continue;
    const at = place(publication);
    first = at < 0 ? rows.length : Math.max(first, at + offset);
  }
  for (const [publication, offset] of [
    [query.untilPublication, 0],
    [query.beforePublication, 1],
  ] as const) {
    if (publication === undefined) continue;
    const at = place(publication);
    if (at >= 0) last = Math.min(last, at - offset);
  }
  return [first, last];
}

function inTime({ time }: HistoryRow, { fromTime, afterTime, beforeTime, untilTime }: HistoryQuery): boolean {
  return (
    (fromTime === undefined || time >= fromTime) &&
    (afterTime === undefined || time > afterTime) &&
    (beforeTime === undefined || time < beforeTime) &&
    (untilTime === undefined || time <= untilTime)
  );
}
