/**
 * Subscriptions that waking left in their rows. Most realms wake for one publication or one session that joins, and sleep
 * again: those read the rows that match the topic. Who asks for more topics is better served by all rows in memory. Nothing
 * changes meanwhile: whatever changes a subscription has all of them taken back first.
 */
import { PatternTable } from "./pattern-table.ts";
import type { Receivers } from "./receivers.ts";
import type { Session } from "./session.ts";
import type { RealmStore, SubscriptionRow } from "./store.ts";
import { Subscription } from "./subscription.ts";

/** Topics that are looked for one by one: that costs together less than reading everything. */
const MOST_LOOKS = 4;
/** Rows that looks may bring: each look brings every pattern again. */
const MOST_ROWS = 1_000;

/** A session of this realm by its id. */
export type SessionOf = (id: number) => Session | undefined;

export interface SubscriptionRowsPorts {
  readonly store: RealmStore;
  readonly sessionOf: SessionOf;
  /** As PatternTable takes it. */
  readonly patternKey: number | undefined;
}

export class SubscriptionRows {
  readonly #store: RealmStore;
  readonly #sessionOf: SessionOf;
  readonly #patternKey: number | undefined;
  #brought = 0;
  /** Topic to what matches it. */
  readonly #looks = new Map<string, readonly Receivers[]>();
  /** Subscription id to the subscription, of all that matched a topic. */
  readonly #found = new Map<number, Subscription>();

  constructor({ store, sessionOf, patternKey }: SubscriptionRowsPorts) {
    this.#store = store;
    this.#sessionOf = sessionOf;
    this.#patternKey = patternKey;
  }

  /**
   * What matches the topic, in the order of a PatternTable, with its subscribers, who do not know yet that they hold it.
   * Undefined where it is time to read everything.
   */
  matching(topic: string): readonly Receivers[] | undefined {
    const known = this.#looks.get(topic);
    if (known || this.#looks.size === MOST_LOOKS || this.#brought > MOST_ROWS) return known;
    const table = new PatternTable<Subscription>(this.#patternKey);
    const rows = [...this.#store.subscriptionsFor(topic)];
    this.#brought += rows.length;
    for (const row of rows) table.set(this.#of(row));
    const matching = table.matching(topic);
    this.#fill(matching.filter(({ id }) => !this.#found.has(id)));
    const receivers = matching.map((subscription) => subscription.receivers);
    this.#looks.set(topic, receivers);
    return receivers;
  }

  /** Everything. All rows are read before anything is made of them: a store that fails half way has changed nothing. */
  all(): readonly Subscription[] {
    const rows = [...this.#store.subscriptions()];
    const members = [...this.#store.subscribers()];
    /** Subscription id to subscription. */
    const all = new Map(rows.map((row) => [row.id, this.#of(row)]));
    for (const { id, session } of members) {
      const subscription = all.get(id);
      const present = this.#sessionOf(session);
      if (!subscription || !present) continue; // a row whose session has left is passed over
      if (!this.#found.has(id)) subscription.recall(present);
      subscription.hand(present);
    }
    return [...all.values()];
  }

  /** Has left: what was found for a topic does not keep it. */
  forget(session: Session): void {
    for (const subscription of this.#found.values()) subscription.forget(session);
  }

  #of(row: SubscriptionRow): Subscription {
    return this.#found.get(row.id) ?? new Subscription(row);
  }

  #fill(subscriptions: readonly Subscription[]): void {
    if (subscriptions.length === 0) return;
    const byId = new Map(subscriptions.map((subscription) => [subscription.id, subscription]));
    for (const { id, session } of this.#store.subscribersOf([...byId.keys()])) {
      const present = this.#sessionOf(session);
      if (present) byId.get(id)?.recall(present);
    }
    for (const [id, subscription] of byId) this.#found.set(id, subscription);
  }
}
