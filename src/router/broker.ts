/**
 * Routes publications. Holds no socket and no clock: a message goes in, deliveries come out. A publication is one turn,
 * so what a subscriber sees of one publisher is always in order (section 14). Who subscribed is in subscriptions.ts.
 */
import { ProtocolViolation, WampError } from "../wamp/error.ts";
import type { Message } from "../wamp/message.ts";
import type { Payload } from "../wamp/payload.ts";
import { isReserved, uriFault } from "../wamp/uri.ts";
import { audience } from "./audience.ts";
import { type Delivery, NOTHING, reply } from "./delivery.ts";
import { publisherDetails, refuseDisclosure } from "./disclosure.ts";
import { EventHistory } from "./event-history.ts";
import type { MetaEvent } from "./meta-event.ts";
import { PASSTHRU, passthru, usesPassthru } from "./passthru.ts";
import { Retention } from "./retention.ts";
import type { Session } from "./session.ts";
import type { RealmSettings } from "./settings.ts";
import type { RealmStore } from "./store.ts";
import type { Subscription } from "./subscription.ts";
import { type SessionOf, Subscriptions } from "./subscriptions.ts";
import { trustLevel } from "./trust.ts";

export interface BrokerPorts {
  readonly store: RealmStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A random id for a publication (ID-03). */
  readonly randomId: () => number;
  readonly settings: RealmSettings;
}

type Publish = Message<"PUBLISH">;
type EventDetails = Message<"EVENT">["details"];

export class Broker {
  readonly #ports: BrokerPorts;
  readonly subscriptions: Subscriptions;
  readonly history: EventHistory;
  readonly #retention: Retention;

  constructor(ports: BrokerPorts) {
    this.#ports = ports;
    this.subscriptions = new Subscriptions(ports);
    this.history = new EventHistory({ ...ports, rules: ports.settings.history });
    this.#retention = new Retention({ ...ports, limits: ports.settings.keep });
  }

  /** Takes back subscriptions, and makes the ones that keep a history (HIS-03). */
  wake(session: SessionOf): void {
    this.subscriptions.wake(session);
    for (const rule of this.#ports.settings.history) this.history.keep(this.subscriptions.keep(rule), rule);
    this.history.dropUnkept();
    this.subscriptions.dropUnkept();
  }

  /** @throws WampError invalid_uri, option_disallowed.disclose_me @throws ProtocolViolation (PPT-05) */
  publish(publisher: Session, { request, options, topic, payload }: Publish): Delivery[] {
    if (usesPassthru(options) && !publisher.announced("publisher", PASSTHRU)) {
      throw new ProtocolViolation(`PUBLISH.Options.ppt_scheme needs ${PASSTHRU} announced for publisher`);
    }
    const fault = uriFault(topic, "exact", this.#ports.settings.uriRule);
    if (fault) throw new WampError("wamp.error.invalid_uri", `topic ${fault}`);
    // URI-12: what comes from a wamp.* topic comes from the router.
    if (isReserved(topic)) {
      throw new WampError(
        "wamp.error.invalid_uri",
        "topics that begin with wamp. are the router's to publish",
      );
    }
    refuseDisclosure(options.disclose_me, this.#ports.settings.allowDisclose);

    const publication = this.#ports.randomId();
    const details = this.#details(publisher, topic, options);
    const deliveries: Delivery[] = [];
    if (options.acknowledge === true) {
      // BRK-15: before the publisher's own event.
      deliveries.push(reply(publisher.id, { type: "PUBLISHED", request, publication }));
    }
    for (const subscription of this.subscriptions.table.matching(topic)) {
      const event = {
        subscription: subscription.id,
        publication,
        details: onto(subscription, topic, details),
      };
      const to = audience(subscription, publisher, options);
      if (to.length > 0) deliveries.push({ message: { type: "EVENT", ...event, payload }, to });
      if (subscription.kept) this.history.add(subscription, { ...event, topic, options, payload });
    }
    if (options.retain === true) {
      this.#retention.add({ topic, publication, details, options, payload, publisher: publisher.id });
    }
    return deliveries;
  }

  /** Publishes a testament as the session that left (TES-05, TES-16); what must not be published is skipped (TES-19). */
  publishWill(publisher: Session, will: Pick<Publish, "topic" | "options" | "payload">): Delivery[] {
    try {
      return this.publish(publisher, { type: "PUBLISH", request: 1, ...will });
    } catch (error) {
      if (error instanceof WampError || error instanceof ProtocolViolation) return [];
      throw error;
    }
  }

  /** @throws WampError invalid_uri */
  subscribe(subscriber: Session, { request, options, topic }: Message<"SUBSCRIBE">): Delivery[] {
    const { match = "exact" } = options;
    const fault = uriFault(topic, match, this.#ports.settings.uriRule);
    if (fault) throw new WampError("wamp.error.invalid_uri", `topic ${fault}`);
    const [subscription, events] = this.subscriptions.add(subscriber, match, topic);
    const deliveries = [reply(subscriber.id, { type: "SUBSCRIBED", request, subscription: subscription.id })];
    if (options.get_retained === true) deliveries.push(...this.#retained(subscription, subscriber));
    return [...deliveries, ...this.emit(events)];
  }

  unsubscribe(subscriber: Session, { request, subscription: id }: Message<"UNSUBSCRIBE">): Delivery[] {
    const events = this.subscriptions.remove(subscriber, id);
    return [reply(subscriber.id, { type: "UNSUBSCRIBED", request }), ...this.emit(events)];
  }

  /** Takes the subscription away from a session (SRV-01..03). @throws WampError no_such_subscription */
  revoke(subscriber: Session, id: number, reason: string | undefined): Delivery[] {
    const deliveries = [...this.emit(this.subscriptions.remove(subscriber, id))];
    if (subscriber.announced("subscriber", "subscription_revocation")) {
      const details = { subscription: id, ...(reason !== undefined && { reason }) };
      deliveries.unshift(reply(subscriber.id, { type: "UNSUBSCRIBED", request: 0, details }));
    }
    return deliveries;
  }

  /** Publishes what the router itself has to tell, in order, to whoever subscribed to it (MET-12). */
  emit(events: readonly MetaEvent[]): readonly Delivery[] {
    if (!this.#ports.settings.metaApi) return NOTHING;
    const deliveries: Delivery[] = [];
    for (const { topic, args } of events) {
      const matching = this.subscriptions.table
        .matching(topic)
        .filter(({ subscribers }) => subscribers.size > 0);
      if (matching.length === 0) continue;
      const publication = this.#ports.randomId();
      const payload: Payload = { format: "values", args };
      for (const subscription of matching) {
        const details = onto(subscription, topic, {});
        const message = {
          type: "EVENT",
          subscription: subscription.id,
          publication,
          details,
          payload,
        } as const;
        deliveries.push({ message, to: subscription.subscriberIds });
      }
    }
    return deliveries;
  }

  #details(publisher: Session, topic: string, options: Publish["options"]): EventDetails {
    const level = trustLevel(this.#ports.settings.publicationTrust, topic, publisher);
    return {
      ...(options.disclose_me && publisherDetails(publisher)),
      ...(level !== undefined && { trustlevel: level }),
      ...passthru(options),
    };
  }

  #retained(subscription: Subscription, subscriber: Session): Delivery[] {
    return this.#retention.eventsFor(subscription, subscriber.identity).map((event) =>
      reply(subscriber.id, {
        type: "EVENT",
        subscription: subscription.id,
        publication: event.publication,
        details: { ...onto(subscription, event.topic, event.details), retained: true },
        payload: event.payload,
      }),
    );
  }
}

/** PBS-03: only a pattern subscriber needs telling which topic it was. */
function onto({ match }: Subscription, topic: string, details: EventDetails): EventDetails {
  return match === "exact" ? details : { ...details, topic };
}
