/**
 * Routes publications. Holds no socket and no clock: a message goes in, deliveries come out. A publication is one turn,
 * so what a subscriber sees of one publisher is always in order (section 14).
 */
import { WampError } from "../wamp/error.ts";
import type { Message } from "../wamp/message.ts";
import { isReserved, type MatchPolicy, type UriRule, uriFault } from "../wamp/uri.ts";
import { audience } from "./audience.ts";
import { type Delivery, reply } from "./delivery.ts";
import { PatternTable } from "./pattern-table.ts";
import type { Session } from "./session.ts";
import type { MemberRow, RealmStore, SubscriptionRow } from "./store.ts";
import { Subscription } from "./subscription.ts";

export interface BrokerPorts {
  readonly store: RealmStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A random id for a publication (ID-03). */
  readonly randomId: () => number;
  readonly uriRule: UriRule;
}

export class Broker {
  readonly #ports: BrokerPorts;
  readonly #table = new PatternTable<Subscription>();
  /** Subscription id to subscription. */
  readonly #subscriptions = new Map<number, Subscription>();

  constructor(ports: BrokerPorts) {
    this.#ports = ports;
  }

  /** Takes back what the store holds; a row whose session is unknown is passed over. */
  wake(subscriptions: Iterable<SubscriptionRow>, members: Iterable<MemberRow>, session: SessionOf): void {
    for (const row of subscriptions) this.#insert(new Subscription(row));
    for (const row of members) {
      const subscriber = session(row.session);
      if (subscriber) this.#subscriptions.get(row.id)?.add(subscriber);
    }
  }

  /** @throws WampError invalid_uri */
  publish(publisher: Session, { request, options, topic, payload }: Message<"PUBLISH">): Delivery[] {
    const fault = uriFault(topic, "exact", this.#ports.uriRule);
    if (fault) throw new WampError("wamp.error.invalid_uri", `topic ${fault}`);
    // URI-12: what comes from a wamp.* topic comes from the router.
    if (isReserved(topic)) {
      throw new WampError(
        "wamp.error.invalid_uri",
        "topics that begin with wamp. are the router's to publish",
      );
    }
    const publication = this.#ports.randomId();
    const deliveries: Delivery[] = [];
    if (options.acknowledge === true) {
      // BRK-15: before the publisher's own event.
      deliveries.push(reply(publisher.id, { type: "PUBLISHED", request, publication }));
    }
    for (const subscription of this.#table.matching(topic)) {
      const to = audience(subscription, publisher, options);
      if (to.length === 0) continue;
      // PBS-03: only a pattern subscriber needs telling which topic it was.
      const details = subscription.match === "exact" ? {} : { topic };
      deliveries.push({
        message: { type: "EVENT", subscription: subscription.id, publication, details, payload },
        to,
      });
    }
    return deliveries;
  }

  /** @throws WampError invalid_uri */
  subscribe(subscriber: Session, { request, options, topic }: Message<"SUBSCRIBE">): Delivery[] {
    const match: MatchPolicy = options.match ?? "exact";
    const fault = uriFault(topic, match, this.#ports.uriRule);
    if (fault) throw new WampError("wamp.error.invalid_uri", `topic ${fault}`);

    const { store } = this.#ports;
    let subscription = this.#table.get(match, topic);
    if (!subscription) {
      const row = { uri: topic, match, created: this.#ports.now() };
      subscription = new Subscription({ ...row, id: store.addSubscription(row) });
      this.#insert(subscription);
    }
    // BRK-04: subscribing again changes nothing.
    if (!subscription.subscribers.has(subscriber.id)) {
      store.addSubscriber({ id: subscription.id, session: subscriber.id });
      subscription.add(subscriber);
    }
    return [reply(subscriber.id, { type: "SUBSCRIBED", request, subscription: subscription.id })];
  }

  /** @throws WampError no_such_subscription, also where only others hold it (BRK-09) */
  unsubscribe(subscriber: Session, { request, subscription: id }: Message<"UNSUBSCRIBE">): Delivery[] {
    const subscription = this.#subscriptions.get(id);
    if (!subscription?.subscribers.has(subscriber.id)) {
      throw new WampError("wamp.error.no_such_subscription", `this session does not hold subscription ${id}`);
    }
    this.#ports.store.removeSubscriber({ id, session: subscriber.id });
    this.#remove(subscription, subscriber);
    return [reply(subscriber.id, { type: "UNSUBSCRIBED", request })];
  }

  /** The session's own rows are the caller's to remove. */
  leave(session: Session): void {
    for (const subscription of [...session.subscriptions]) this.#remove(subscription, session);
  }

  #insert(subscription: Subscription): void {
    this.#table.set(subscription.match, subscription.uri, subscription);
    this.#subscriptions.set(subscription.id, subscription);
  }

  #remove(subscription: Subscription, subscriber: Session): void {
    subscription.remove(subscriber);
    if (subscription.subscribers.size > 0) return;
    // BRK-10: the last one to leave takes it along.
    this.#table.delete(subscription.match, subscription.uri);
    this.#subscriptions.delete(subscription.id);
    this.#ports.store.removeSubscription(subscription.id);
  }
}

/** A session of this realm by its id. */
export type SessionOf = (id: number) => Session | undefined;
