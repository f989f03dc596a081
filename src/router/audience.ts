/** Who of a subscription's subscribers receives a publication: exclusion, black- and whitelists (sections 6.1, 6.3). */
import type { Message } from "../wamp/message.ts";
import type { Identity, Session, SessionId } from "./session.ts";
import type { Subscription } from "./subscription.ts";

export type PublishOptions = Message<"PUBLISH">["options"];

/** The lists of a publication that name principals; what is kept with a stored event (HIS-25, RET-11). */
export type PrincipalLists = Pick<
  PublishOptions,
  "exclude_authid" | "exclude_authrole" | "eligible_authid" | "eligible_authrole"
>;
export type SessionLists = Pick<PublishOptions, "exclude" | "eligible">;

/** The publisher is left out unless it asks to be included (BRK-18, PEX-01). */
export function audience(
  subscription: Subscription,
  publisher: Session,
  options: PublishOptions,
): readonly SessionId[] {
  const everyone = subscription.subscriberIds;
  const includesPublisher = options.exclude_me === false || !subscription.subscribers.has(publisher.id);
  if (!isRestricted(options)) {
    return includesPublisher ? everyone : everyone.filter((id) => id !== publisher.id);
  }
  const receivers: SessionId[] = [];
  for (const { id, identity } of subscription.subscribers.values()) {
    if (id === publisher.id && !includesPublisher) continue;
    if (mayReceive(identity, options)) receivers.push(id);
  }
  return receivers;
}

/** BWL-01, BWL-05: every list that is present narrows; an empty eligible list admits nobody. */
export function mayReceive(identity: Identity, lists: PrincipalLists & SessionLists): boolean {
  const { session, authid, authrole } = identity;
  return (
    (lists.eligible?.includes(session) ?? true) &&
    (lists.eligible_authid?.includes(authid) ?? true) &&
    (lists.eligible_authrole?.includes(authrole) ?? true) &&
    !lists.exclude?.includes(session) &&
    !lists.exclude_authid?.includes(authid) &&
    !lists.exclude_authrole?.includes(authrole)
  );
}

export function isRestricted(lists: PrincipalLists & SessionLists): boolean {
  return namesSessions(lists) || Object.keys(principalLists(lists)).length > 0;
}

export function namesSessions({ exclude, eligible }: SessionLists): boolean {
  return isFilled(exclude) || eligible !== undefined;
}

export function principalLists(lists: PrincipalLists): PrincipalLists {
  const { exclude_authid, exclude_authrole, eligible_authid, eligible_authrole } = lists;
  return {
    ...(isFilled(exclude_authid) && { exclude_authid }),
    ...(isFilled(exclude_authrole) && { exclude_authrole }),
    ...(eligible_authid && { eligible_authid }),
    ...(eligible_authrole && { eligible_authrole }),
  };
}

/** BWL-05: an empty exclude list has no effect. */
function isFilled<T>(list: readonly T[] | undefined): list is readonly T[] {
  return list !== undefined && list.length > 0;
}
