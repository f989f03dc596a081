/** A topic or topic pattern and the sessions that subscribed to it. One for each (URI, match policy) (BRK-03). */
import type { MatchPolicy } from "../wamp/uri.ts";
import type { Session, SessionId } from "./session.ts";

export class Subscription {
  readonly id: number;
  readonly uri: string;
  readonly match: MatchPolicy;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly subscribers = new Map<SessionId, Session>();
  /**
   * Subscribers that may not have everything that the pattern matches, and what holds of a topic that nobody can decide.
   * Nearly always empty: see exceptions.ts.
   */
  readonly exceptions = new Map<SessionId, "deliver" | "withhold">();
  /** Whether `exceptions` is known: it is no row, so after sleep it is asked for when it is first needed. */
  exceptionsKnown = true;
  /** Events are kept for it, so it outlives its last subscriber (HIS-04). */
  kept = false;
  /** The keys of `subscribers`, kept between changes so that a publication need not list them again. */
  #ids: readonly SessionId[] | undefined;

  constructor(row: { id: number; uri: string; match: MatchPolicy; created: number }) {
    this.id = row.id;
    this.uri = row.uri;
    this.match = row.match;
    this.created = row.created;
  }

  /** @param session one that does not subscribe yet */
  add(session: Session): void {
    this.subscribers.set(session.id, session);
    session.subscriptions.add(this);
    if (this.match !== "exact") session.patterns++;
    this.#ids = undefined;
  }

  remove(session: Session): void {
    if (!this.subscribers.delete(session.id)) return;
    session.subscriptions.delete(this);
    if (this.match !== "exact") session.patterns--;
    this.exceptions.delete(session.id);
    this.#ids = undefined;
  }

  get subscriberIds(): readonly SessionId[] {
    this.#ids ??= [...this.subscribers.keys()];
    return this.#ids;
  }
}
