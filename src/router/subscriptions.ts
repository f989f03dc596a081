/** The subscriptions of a realm: who subscribed to what. Writes rows as they change; routes nothing. */
import { WampError } from "../wamp/error.ts";
import { isReserved, type MatchPolicy } from "../wamp/uri.ts";
import { type LimitsOf, refuseBeyond, refusePattern } from "./limits.ts";
import type { MetaEvent } from "./meta-event.ts";
import type { Owed } from "./owed.ts";
import { PatternTable } from "./pattern-table.ts";
import type { Receivers } from "./receivers.ts";
import type { Session } from "./session.ts";
import type { RealmSettings, UriPattern } from "./settings.ts";
import type { RealmStore } from "./store.ts";
import { Subscription } from "./subscription.ts";
import { type SessionOf, SubscriptionRows } from "./subscription-rows.ts";
import type { Writing } from "./writing.ts";

export interface SubscriptionsPorts {
  readonly store: RealmStore;
  readonly owed: Owed;
  readonly limits: LimitsOf;
  readonly writing: Writing;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Makes the pattern tables' hashes nobody's to foresee: a random integer in 1..2^53 (S14). */
  readonly patternKey?: number;
  readonly settings: Pick<RealmSettings, "history">;
}

export class Subscriptions {
  readonly #ports: SubscriptionsPorts;
  readonly #table: PatternTable<Subscription, Receivers>;
  /** Subscription id to subscription. */
  readonly #byId = new Map<number, Subscription>();
  /** What waking left in the rows; undefined: all is in memory. */
  #rows: SubscriptionRows | undefined;

  constructor(ports: SubscriptionsPorts) {
    this.#ports = ports;
    this.#table = new PatternTable(ports.patternKey, ({ receivers }) => receivers);
  }

  get table(): PatternTable<Subscription, Receivers> {
    if (this.#rows) this.recall();
    return this.#table;
  }

  /** Subscription id to subscription. */
  get byId(): ReadonlyMap<number, Subscription> {
    if (this.#rows) this.recall();
    return this.#byId;
  }

  /** What the store holds is taken back when it is needed. */
  wake(session: SessionOf): void {
    const { store, patternKey } = this.#ports;
    this.#rows = new SubscriptionRows({ store, sessionOf: session, patternKey });
  }

  /** What matches a topic, to be read. Right after sleep this reads the rows of that topic only. */
  matching(topic: string): readonly Receivers[] {
    const rows = this.#rows;
    const found = rows && this.#ports.writing.read(() => rows.matching(topic));
    return found ?? this.table.matching(topic);
  }

  /**
   * Takes back what the store holds, unless that was done; a row whose session is unknown is passed over. Before it, no
   * session knows what it holds. @throws WampError storage_failed, and nothing has changed
   */
  recall(): void {
    const rows = this.#rows;
    if (!rows) return;
    const all = this.#ports.writing.read(() => rows.all());
    this.#rows = undefined;
    for (const subscription of all) this.#insert(subscription);
    for (const pattern of this.#ports.settings.history) this.keep(pattern);
    this.#dropUnkept();
  }

  /** The subscription stays whether or not it has subscribers: events are kept for it (HIS-03, HIS-04). */
  keep({ uri, match }: UriPattern): Subscription {
    const found = this.table.get(match, uri);
    const subscription = found ?? this.#create(match, uri);
    if (!found) this.#insert(subscription);
    subscription.kept = true;
    return subscription;
  }

  /** Drops subscriptions without subscribers that the configuration does not name any more. */
  #dropUnkept(): void {
    const empty = [...this.#byId.values()].filter(({ kept, subscribers }) => !kept && subscribers.size === 0);
    for (const subscription of empty) this.#delete(subscription);
  }

  /**
   * Subscribing again to what the session holds changes nothing (BRK-04). @throws WampError limit_exceeded, storage_failed
   */
  add(session: Session, match: MatchPolicy, uri: string): [Subscription, MetaEvent[]] {
    const events: MetaEvent[] = [];
    let subscription = this.table.get(match, uri);
    if (subscription?.subscribers.has(session.id)) return [subscription, events];
    this.#refuseBeyondLimits(session, match);
    const known = subscription;
    subscription = this.#ports.writing.hold(session, () => {
      const held = known ?? this.#create(match, uri);
      this.#ports.store.addSubscriber({ id: held.id, session: session.id });
      return held;
    });
    if (!known) {
      events.push({ topic: "wamp.subscription.on_create", args: [session.id, describe(subscription)] });
      this.#insert(subscription);
    }
    subscription.add(session);
    events.push({ topic: "wamp.subscription.on_subscribe", args: [session.id, subscription.id] });
    return [subscription, told(subscription, events)];
  }

  /** @throws WampError no_such_subscription, also where only others hold it (BRK-09); storage_failed */
  remove(session: Session, id: number): MetaEvent[] {
    const { store, writing } = this.#ports;
    const subscription = this.#held(session, id);
    writing.write(session, () => store.removeSubscriber({ id, session: session.id }));
    return this.#drop(subscription, session);
  }

  /** The same where it may not be held any more, whatever the store says. @throws WampError no_such_subscription */
  withdraw(session: Session, id: number): MetaEvent[] {
    const { store, owed } = this.#ports;
    const subscription = this.#held(session, id);
    owed.remove(() => store.removeSubscriber({ id, session: session.id }));
    return this.#drop(subscription, session);
  }

  #held(session: Session, id: number): Subscription {
    const subscription = this.byId.get(id);
    if (!subscription?.subscribers.has(session.id)) {
      throw new WampError(
        "wamp.error.no_such_subscription",
        `session ${session.id} does not hold subscription ${id}`,
      );
    }
    return subscription;
  }

  /** What the session holds, in the order of ids: rows say nothing of when it subscribed, so sleep would change any other. */
  of(session: Session): Subscription[] {
    return [...session.subscriptions].sort((a, b) => a.id - b.id);
  }

  /** The session's own rows are the caller's to remove. */
  leave(session: Session): MetaEvent[] {
    this.#rows?.forget(session); // they could not be read
    return this.of(session).flatMap((subscription) => this.#drop(subscription, session));
  }

  #refuseBeyondLimits(session: Session, match: MatchPolicy): void {
    const { limits } = this.#ports;
    const retry = "unsubscribe from something first";
    refuseBeyond(limits(session.identity).subscriptions, session.subscriptions.size, {
      limit: "subscriptions",
      retry,
    });
    if (match !== "exact") refusePattern(session, limits);
  }

  #create(match: MatchPolicy, uri: string): Subscription {
    const row = { uri, match, created: this.#ports.now() };
    return new Subscription({ ...row, id: this.#ports.store.addSubscription(row) });
  }

  #insert(subscription: Subscription): void {
    this.#table.set(subscription);
    this.#byId.set(subscription.id, subscription);
  }

  #drop(subscription: Subscription, session: Session): MetaEvent[] {
    subscription.remove(session);
    const args = [session.id, subscription.id];
    const events: MetaEvent[] = [{ topic: "wamp.subscription.on_unsubscribe", args }];
    // BRK-10, SBM-06: the last one to leave takes it along, unless events are kept for it.
    if (subscription.subscribers.size === 0 && !subscription.kept) {
      this.#delete(subscription);
      events.push({ topic: "wamp.subscription.on_delete", args });
    }
    return told(subscription, events);
  }

  #delete({ id, match, uri }: Subscription): void {
    // A row without subscribers may stand beside one of the same URI that has some.
    if (this.#table.get(match, uri)?.id === id) this.#table.delete(match, uri);
    this.#byId.delete(id);
    this.#ports.owed.remove(() => this.#ports.store.removeSubscription(id));
  }
}

/** MET-14: of subscriptions to the router's own topics nothing is told. */
function told({ uri }: Subscription, events: MetaEvent[]): MetaEvent[] {
  return isReserved(uri) ? [] : events;
}

/** SBM-01, SBM-10: what the meta API tells of a subscription. */
export function describe({ id, created, uri, match }: Subscription) {
  return { id, created: new Date(created).toISOString(), uri, match };
}
