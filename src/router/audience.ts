/** Who of a subscription's subscribers receives a publication. */
import type { Message } from "../wamp/message.ts";
import type { Session, SessionId } from "./session.ts";
import type { Subscription } from "./subscription.ts";

/** The publisher is left out unless it asks to be included (BRK-18, PEX-01). */
export function audience(
  subscription: Subscription,
  publisher: Session,
  options: Message<"PUBLISH">["options"],
): readonly SessionId[] {
  const everyone = subscription.subscriberIds;
  if (options.exclude_me === false || !subscription.subscribers.has(publisher.id)) return everyone;
  return everyone.filter((id) => id !== publisher.id);
}
