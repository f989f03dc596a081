/**
 * What a publication needs of a subscription, in one small piece: made when the first publication comes, it stands in memory
 * with what else is used lately, while the subscriptions are spread over all of it. Goes with its subscription's changes.
 */
import type { Session, SessionId } from "./session.ts";
import type { Subscription } from "./subscription.ts";

/** More than these are looked for in the subscription's own table. */
const FEW = 8;
const NOBODY: readonly SessionId[] = [];

export class Receivers {
  readonly id: number;
  readonly isExact: boolean;
  readonly subscription: Subscription;
  /** Who subscribed; whoever has it keeps it as it was. */
  ids = NOBODY;
  /** Nothing else has to be asked: no event is kept for it and no subscriber has exceptions. */
  isPlain = false;
  /** The subscription has changed since it was read. */
  #isOld = true;

  constructor(subscription: Subscription) {
    this.id = subscription.id;
    this.isExact = subscription.match === "exact";
    this.subscription = subscription;
  }

  outdate(): void {
    this.isPlain = false;
    this.#isOld = true;
    this.ids = NOBODY; // an answer that nobody asks for again may keep this, but not a list of everybody
  }

  /** As it is now. */
  get current(): this {
    if (this.#isOld) this.#read();
    return this;
  }

  /** The publisher is left out unless it asks to be included (BRK-18, PEX-01). */
  idsFor(
    { id: publisher }: Session,
    { exclude_me }: { readonly exclude_me?: boolean },
  ): readonly SessionId[] {
    const { ids } = this;
    if (exclude_me === false) return ids;
    const isAmong = ids.length > FEW ? this.subscription.subscribers.has(publisher) : ids.includes(publisher);
    return isAmong ? ids.filter((id) => id !== publisher) : ids;
  }

  #read(): void {
    const { subscriberIds, exceptions, exceptionsKnown, kept } = this.subscription;
    this.#isOld = false;
    this.isPlain = exceptionsKnown && exceptions.size === 0 && !kept;
    this.ids = subscriberIds;
  }
}
