/**
 * Pattern subscriptions that are allowed, but not for everything they match: each topic is asked for when an event goes
 * out. Where no subscriber has exceptions this costs one comparison. They are no rows: after sleep they are asked for
 * again when the first event comes, so that waking asks nothing.
 */
import { decided, type May, type Permit } from "./authorization.ts";
import type { Identity, Session, SessionId } from "./session.ts";
import type { Subscription } from "./subscription.ts";

/** What a subscriber's permit for the pattern says of the topics that it matches. */
export function noteExceptions(subscription: Subscription, { id }: Session, { exceptions }: Permit): void {
  if (exceptions && subscription.match !== "exact") subscription.except(id, "deliver");
  else subscription.unexcept(id);
}

/** Nobody can decide on the pattern any more: it was allowed once, so its topics are delivered unless one is denied. */
export function noteUndecided(subscription: Subscription, { id }: Session): void {
  if (subscription.match !== "exact") subscription.except(id, "deliver");
}

/**
 * Whether somebody whose permit for a pattern has exceptions may have what was kept of a topic. A topic that nobody can
 * decide alone is one of the pattern that was allowed as a whole, by somebody who was asked.
 */
export function topicCheck(may: May, identity: Identity): (topic: string) => boolean {
  return (uri) => decided(may, identity, { action: "subscribe", uri, match: "exact" })?.allow ?? true;
}

/** Those of `receivers` that may have events of the topic; where nobody can decide it alone, as the pattern was decided. */
export function allowed(
  may: May,
  { subscription, topic }: { readonly subscription: Subscription; readonly topic: string },
  receivers: readonly SessionId[],
): readonly SessionId[] {
  if (!subscription.exceptionsKnown) recall(may, subscription);
  const { exceptions, subscribers } = subscription;
  if (exceptions.size === 0) return receivers;
  return receivers.filter((id) => {
    const undecided = exceptions.get(id);
    const session = subscribers.get(id);
    if (undecided === undefined || !session) return true;
    const permit = decided(may, session.identity, { action: "subscribe", uri: topic, match: "exact" });
    return permit ? permit.allow : undecided === "deliver";
  });
}

/** After sleep. A pattern that is not allowed any more is left with the topics that are, until it is reconsidered. */
function recall(may: May, subscription: Subscription): void {
  const { uri, match, subscribers } = subscription;
  subscription.exceptionsKnown = true;
  for (const { id, identity } of subscribers.values()) {
    const permit = decided(may, identity, { action: "subscribe", uri, match });
    if (permit && !permit.allow) subscription.except(id, "withhold");
    else if (!permit || permit.exceptions) subscription.except(id, "deliver");
    else subscription.unexcept(id);
  }
}
