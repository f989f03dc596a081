/**
 * What is taken from a session without its asking: by wamp.*.remove_*, or because the permissions have changed. Told only
 * to who announced that it understands (SRV-02, RRV-02).
 */
import { decided, type May, NOT_AUTHORIZED } from "./authorization.ts";
import { type Delivery, reply } from "./delivery.ts";
import { noteExceptions, noteUndecided } from "./exceptions.ts";
import type { MetaEvent } from "./meta-event.ts";
import type { Registrations } from "./registrations.ts";
import type { Session } from "./session.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** @param reason a URI */
export function unsubscribed(subscriber: Session, subscription: number, reason?: string): Delivery[] {
  if (!subscriber.announced("subscriber", "subscription_revocation")) return [];
  const details = { subscription, ...(reason !== undefined && { reason }) };
  return [reply(subscriber.id, { type: "UNSUBSCRIBED", request: 0, details })];
}

/** @param reason a URI */
export function unregistered(callee: Session, registration: number, reason?: string): Delivery[] {
  if (!callee.announced("callee", "registration_revocation")) return [];
  const details = { registration, ...(reason !== undefined && { reason }) };
  return [reply(callee.id, { type: "UNREGISTERED", request: 0, details })];
}

export interface Holdings {
  readonly may: May;
  readonly subscriptions: Subscriptions;
  readonly registrations: Registrations;
}

export interface Revoked {
  readonly deliveries: readonly Delivery[];
  /** To be emitted once nobody holds anything any more that it may not hold: meta events are events too. */
  readonly events: readonly MetaEvent[];
}

/**
 * Takes from the sessions what they may not hold any more, and notes what they may have of the rest. What nobody can
 * decide they keep, and calls under way go on (RRV-05).
 */
export function reconsider(sessions: Iterable<Session>, held: Holdings): Revoked {
  const deliveries: Delivery[] = [];
  const events: MetaEvent[] = [];
  for (const session of sessions) {
    for (const { id, uri, match } of [...session.registrations]) {
      const permit = decided(held.may, session.identity, { action: "register", uri, match });
      if (!permit || (permit.allow && !permit.exceptions)) continue;
      events.push(...held.registrations.withdraw(session, id));
      deliveries.push(...unregistered(session, id, NOT_AUTHORIZED));
    }
    for (const subscription of held.subscriptions.of(session)) {
      const { id, uri, match } = subscription;
      const permit = decided(held.may, session.identity, { action: "subscribe", uri, match });
      if (permit?.allow === false) {
        events.push(...held.subscriptions.withdraw(session, id));
        deliveries.push(...unsubscribed(session, id, NOT_AUTHORIZED));
      } else if (permit) {
        noteExceptions(subscription, session, permit);
      } else {
        noteUndecided(subscription, session); // S8: what is denied of it is withheld all the same
      }
    }
  }
  return { deliveries, events };
}
