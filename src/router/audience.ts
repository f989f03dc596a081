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

/** The lists of a publication, made ready to be asked for many subscribers. */
interface Lists {
  readonly exclude?: Names<SessionId> | undefined;
  readonly exclude_authid?: Names<string> | undefined;
  readonly exclude_authrole?: Names<string> | undefined;
  readonly eligible?: Names<SessionId> | undefined;
  readonly eligible_authid?: Names<string> | undefined;
  readonly eligible_authrole?: Names<string> | undefined;
}
type Names<T> = readonly T[] | ReadonlySet<T>;

/** Undefined where the publication names nobody. */
export function listsOf(options: PublishOptions): Lists | undefined {
  if (!isRestricted(options)) return undefined;
  return {
    exclude: quick(options.exclude),
    exclude_authid: quick(options.exclude_authid),
    exclude_authrole: quick(options.exclude_authrole),
    eligible: quick(options.eligible),
    eligible_authid: quick(options.eligible_authid),
    eligible_authrole: quick(options.eligible_authrole),
  };
}

/** The publisher is left out unless it asks to be included (BRK-18, PEX-01). */
export function audience(
  subscription: Subscription,
  publisher: Session,
  { options, lists }: { readonly options: PublishOptions; readonly lists: Lists | undefined },
): readonly SessionId[] {
  if (!lists) return subscription.receivers.current.idsFor(publisher, options);
  const includesPublisher = options.exclude_me === false;
  const receivers: SessionId[] = [];
  for (const { id, identity } of subscription.subscribers.values()) {
    if (id === publisher.id && !includesPublisher) continue;
    if (mayReceive(identity, lists)) receivers.push(id);
  }
  return receivers;
}

/** BWL-01, BWL-05: every list that is present narrows; an empty eligible list admits nobody. */
export function mayReceive(identity: Identity, lists: Lists): boolean {
  const { session, authid, authrole } = identity;
  return (
    (lists.eligible === undefined || names(lists.eligible, session)) &&
    (lists.eligible_authid === undefined || names(lists.eligible_authid, authid)) &&
    (lists.eligible_authrole === undefined || names(lists.eligible_authrole, authrole)) &&
    (lists.exclude === undefined || !names(lists.exclude, session)) &&
    (lists.exclude_authid === undefined || !names(lists.exclude_authid, authid)) &&
    (lists.exclude_authrole === undefined || !names(lists.exclude_authrole, authrole))
  );
}

function names<T>(list: Names<T>, each: T): boolean {
  return list instanceof Set ? list.has(each) : (list as readonly T[]).includes(each); // a Set or an array
}

/** S14: a long list is looked through once, not once for each subscriber. */
function quick<T>(list: readonly T[] | undefined): Names<T> | undefined {
  return list !== undefined && list.length > 8 ? new Set(list) : list;
}

export function isRestricted(lists: PrincipalLists & SessionLists): boolean {
  const { exclude_authid, exclude_authrole, eligible_authid, eligible_authrole } = lists;
  return (
    namesSessions(lists) ||
    isFilled(exclude_authid) ||
    isFilled(exclude_authrole) ||
    eligible_authid !== undefined ||
    eligible_authrole !== undefined
  );
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
