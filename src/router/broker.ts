/**
 * Routes publications. Holds no socket and no clock: a message goes in, deliveries come out. A publication is one turn,
 * so what a subscriber sees of one publisher is always in order (section 14). Who subscribed is in subscriptions.ts.
 */
import { ProtocolViolation, WampError } from "../wamp/error.ts";
import type { Message } from "../wamp/message.ts";
import type { Payload } from "../wamp/payload.ts";
import { isReserved, uriFault } from "../wamp/uri.ts";
import { audience, listsOf } from "./audience.ts";
import { type May, type Permit, permitted, Undecided } from "./authorization.ts";
import { type Delivery, NOTHING, reply } from "./delivery.ts";
import { publisherDetails, refuseDisclosure } from "./disclosure.ts";
import { EventHistory, type HistoricPublication } from "./event-history.ts";
import { allowed, noteExceptions, topicCheck } from "./exceptions.ts";
import type { LimitsOf } from "./limits.ts";
import type { MetaEvent } from "./meta-event.ts";
import type { Owed } from "./owed.ts";
import { PASSTHRU, passthru, usesPassthru } from "./passthru.ts";
import { type RetainablePublication, Retention } from "./retention.ts";
import { unsubscribed } from "./revocation.ts";
import type { Session, SessionId } from "./session.ts";
import type { RealmSettings, UriPattern } from "./settings.ts";
import type { RealmStore, RetainedRow } from "./store.ts";
import type { Subscription } from "./subscription.ts";
import type { SessionOf } from "./subscription-rows.ts";
import { Subscriptions } from "./subscriptions.ts";
import { trustLevel } from "./trust.ts";
import type { Writing } from "./writing.ts";

export interface BrokerPorts {
  readonly store: RealmStore;
  readonly owed: Owed;
  readonly may: May;
  readonly limits: LimitsOf;
  readonly writing: Writing;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A random id for a publication (ID-03). */
  readonly randomId: () => number;
  readonly patternKey?: number;
  readonly settings: RealmSettings;
}

type Publish = Message<"PUBLISH">;
type EventDetails = Message<"EVENT">["details"];

/** An event that is to be kept, and where: in the history of a subscription, or as the topic's retained event. */
type Kept =
  | ({ readonly in: Subscription } & HistoricPublication)
  | ({ readonly in: "retention" } & RetainablePublication);
const NOTHING_KEPT: Kept[] = [];
const NO_DETAILS: EventDetails = {};

interface Routed {
  readonly deliveries: readonly Delivery[];
  readonly kept: readonly Kept[];
}

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
  }

  /**
   * @throws WampError invalid_uri, not_authorized, option_disallowed.disclose_me; storage_failed where it was to be kept
   * @throws Undecided @throws ProtocolViolation (PPT-05)
   */
  publish(publisher: Session, message: Publish): readonly Delivery[] {
    const { deliveries, kept } = this.#route(publisher, message, this.#permitted(publisher, message));
    if (kept.length > 0) {
      this.#ports.writing.write(publisher, () => {
        for (const event of kept) this.#write(event);
      });
    }
    return deliveries;
  }

  /**
   * Publishes a testament as the session that left (TES-05, TES-16); what must not be published, or nobody can decide, is
   * skipped (TES-15, TES-19). What cannot be kept is told all the same: nobody is left to be told of the fault.
   */
  publishWill(publisher: Session, will: Pick<Publish, "topic" | "options" | "payload">): readonly Delivery[] {
    const message: Publish = { type: "PUBLISH", request: 1, ...will };
    let routed: Routed;
    try {
      routed = this.#route(publisher, message, this.#permitted(publisher, message));
    } catch (error) {
      const expected = [WampError, ProtocolViolation, Undecided].some((each) => error instanceof each);
      if (expected) return NOTHING;
      throw error;
    }
    const { deliveries, kept } = routed;
    const { owed, store } = this.#ports;
    for (const event of kept) owed.attempt(() => store.atomically(() => this.#write(event)));
    return deliveries;
  }

  /** @throws WampError invalid_uri, not_authorized, limit_exceeded, storage_failed @throws Undecided */
  subscribe(subscriber: Session, { request, options, topic }: Message<"SUBSCRIBE">): Delivery[] {
    const { match = "exact" } = options;
    const fault = uriFault(topic, match, this.#ports.settings.uriRule);
    if (fault) throw new WampError("wamp.error.invalid_uri", `topic ${fault}`);
    const wish = { action: "subscribe", uri: topic, match } as const;
    const permit = permitted(this.#ports.may, subscriber.identity, wish);
    // Before anything changes: reading may be refused, or fail.
    const retained =
      options.get_retained === true ? this.#retained({ match, uri: topic }, subscriber, permit) : [];
    const [subscription, events] = this.subscriptions.add(subscriber, match, topic);
    noteExceptions(subscription, subscriber, permit);
    const deliveries = [reply(subscriber.id, { type: "SUBSCRIBED", request, subscription: subscription.id })];
    for (const event of retained) deliveries.push(retainedEvent(subscription, subscriber, event));
    return [...deliveries, ...this.emit(events)];
  }

  unsubscribe(subscriber: Session, { request, subscription: id }: Message<"UNSUBSCRIBE">): Delivery[] {
    const events = this.subscriptions.remove(subscriber, id);
    return [reply(subscriber.id, { type: "UNSUBSCRIBED", request }), ...this.emit(events)];
  }

  /** Takes the subscription away from a session (SRV-01..03). @throws WampError no_such_subscription */
  revoke(subscriber: Session, id: number, reason: string | undefined): Delivery[] {
    const events = this.subscriptions.remove(subscriber, id);
    return [...unsubscribed(subscriber, id, reason), ...this.emit(events)];
  }

  /** Publishes what the router itself has to tell, in order, to whoever subscribed to it (MET-12). */
  emit(events: readonly MetaEvent[]): readonly Delivery[] {
    if (!this.#ports.settings.metaApi) return NOTHING;
    const deliveries: Delivery[] = [];
    for (const { topic, args } of events) {
      const matching = this.#listening(topic);
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
        const to = allowed(this.#ports.may, { subscription, topic }, subscription.subscriberIds);
        if (to.length > 0) deliveries.push({ message, to });
      }
    }
    return deliveries;
  }

  /** Where rows cannot be read nobody is told: what is to be told of has happened all the same. */
  #listening(topic: string): readonly Subscription[] {
    try {
      return this.subscriptions
        .matching(topic)
        .map(({ subscription }) => subscription)
        .filter(({ subscribers }) => subscribers.size > 0);
    } catch (error) {
      if (error instanceof WampError) return []; // the log says why
      throw error;
    }
  }

  /** What has been kept for long enough goes, also where nobody publishes or asks any more. */
  expire(): void {
    this.#retention.expire();
  }

  /** Whether the publication may go out, decided before anything changes. */
  #permitted(publisher: Session, { options, topic }: Publish): Permit {
    const { settings, may } = this.#ports;
    if (usesPassthru(options) && !publisher.announced("publisher", PASSTHRU)) {
      throw new ProtocolViolation(`PUBLISH.Options.ppt_scheme needs ${PASSTHRU} announced for publisher`);
    }
    const fault = uriFault(topic, "exact", settings.uriRule);
    if (fault) throw new WampError("wamp.error.invalid_uri", `topic ${fault}`);
    // URI-12: what comes from a wamp.* topic comes from the router.
    if (isReserved(topic)) {
      throw new WampError(
        "wamp.error.invalid_uri",
        "topics that begin with wamp. are the router's to publish",
      );
    }
    const permit = permitted(may, publisher.identity, { action: "publish", uri: topic, match: "exact" });
    refuseDisclosure(options.disclose_me, settings.allowDisclose || permit.disclose);
    return permit;
  }

  /** Who gets the publication, and what of it is to be kept. Writes nothing. */
  #route(publisher: Session, { request, options, topic, payload }: Publish, permit: Permit): Routed {
    const publication = this.#ports.randomId();
    const discloses = permit.disclose || options.disclose_me === true; // PID-03
    const details = this.#details(publisher, topic, { options, discloses });
    // BRK-15: before the publisher's own event.
    const deliveries: Delivery[] =
      options.acknowledge === true ? [reply(publisher.id, { type: "PUBLISHED", request, publication })] : [];
    let kept: Kept[] = NOTHING_KEPT;
    const lists = listsOf(options);
    for (const matching of this.subscriptions.matching(topic)) {
      const { id, isPlain, isExact, subscription } = matching.current;
      const its = isExact ? details : { ...details, topic }; // PBS-03
      const to =
        isPlain && !lists
          ? matching.idsFor(publisher, options)
          : this.#receivers(subscription, publisher, { options, lists, topic });
      if (to.length > 0) {
        deliveries.push({
          message: { type: "EVENT", subscription: id, publication, details: its, payload },
          to,
        });
      }
      if (!isPlain && subscription.kept)
        kept = [...kept, { in: subscription, publication, details: its, topic, options, payload }];
    }
    if (options.retain === true) {
      const { id, identity } = publisher;
      const by = { publisher: id, authid: identity.authid };
      const retained = { topic, publication, details, options, payload, ...by };
      kept = [...kept, { in: "retention", ...retained }];
    }
    return { deliveries, kept };
  }

  #receivers(
    subscription: Subscription,
    publisher: Session,
    { topic, ...chosen }: Parameters<typeof audience>[2] & { readonly topic: string },
  ): readonly SessionId[] {
    const receivers = audience(subscription, publisher, chosen);
    return allowed(this.#ports.may, { subscription, topic }, receivers);
  }

  #write(event: Kept): void {
    if (event.in === "retention") this.#retention.add(event);
    else this.history.add(event.in, event);
  }

  #details(
    publisher: Session,
    topic: string,
    { options, discloses }: { readonly options: Publish["options"]; readonly discloses: boolean },
  ): EventDetails {
    const level = trustLevel(this.#ports.settings.publicationTrust, topic, publisher);
    if (!discloses && level === undefined && !usesPassthru(options)) return NO_DETAILS;
    return {
      ...(discloses && publisherDetails(publisher)),
      ...(level !== undefined && { trustlevel: level }),
      ...passthru(options),
    };
  }

  #retained(wanted: UriPattern, { identity }: Session, permit: Permit): RetainedRow[] {
    const isAllowed =
      permit.exceptions && wanted.match !== "exact" ? topicCheck(this.#ports.may, identity) : () => true;
    return this.#retention.eventsFor(wanted, identity, isAllowed);
  }
}

function retainedEvent(subscription: Subscription, subscriber: Session, event: RetainedRow): Delivery {
  return reply(subscriber.id, {
    type: "EVENT",
    subscription: subscription.id,
    publication: event.publication,
    details: { ...onto(subscription, event.topic, event.details), retained: true },
    payload: event.payload,
  });
}

/** PBS-03: only a pattern subscriber needs telling which topic it was. */
function onto({ match }: Subscription, topic: string, details: EventDetails): EventDetails {
  return match === "exact" ? details : { ...details, topic };
}
