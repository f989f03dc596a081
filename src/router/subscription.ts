/** A topic or topic pattern and the sessions that subscribed to it. One for each (URI, match policy) (BRK-03). */
import type { MatchPolicy } from "../wamp/uri.ts";
import { Receivers } from "./receivers.ts";
import type { Session, SessionId } from "./session.ts";
import { Subscribers } from "./subscribers.ts";

/** What holds of a topic that nobody can decide. */
type Undecided = "deliver" | "withhold";
const NO_EXCEPTIONS: ReadonlyMap<SessionId, Undecided> = new Map();

export class Subscription {
  readonly id: number;
  readonly uri: string;
  readonly match: MatchPolicy;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly subscribers = new Subscribers();
  #exceptionsKnown = true;
  #kept = false;
  #exceptions: Map<SessionId, Undecided> | undefined;
  #receivers: Receivers | undefined;

  constructor(row: { id: number; uri: string; match: MatchPolicy; created: number }) {
    this.id = row.id;
    this.uri = row.uri;
    this.match = row.match;
    this.created = row.created;
  }

  /** What a publication needs to know; it goes with every change. */
  get receivers(): Receivers {
    this.#receivers ??= new Receivers(this);
    return this.#receivers;
  }

  /** Whether `exceptions` is known: it is no row, so after sleep it is asked for when it is first needed. */
  get exceptionsKnown(): boolean {
    return this.#exceptionsKnown;
  }

  set exceptionsKnown(known: boolean) {
    this.#exceptionsKnown = known;
    this.#receivers?.outdate();
  }

  /** Events are kept for it, so it outlives its last subscriber (HIS-04). */
  get kept(): boolean {
    return this.#kept;
  }

  set kept(kept: boolean) {
    this.#kept = kept;
    this.#receivers?.outdate();
  }

  /** @param session one that does not subscribe yet */
  add(session: Session): void {
    this.subscribers.add(session);
    this.#receivers?.outdate();
    this.hand(session);
  }

  /** The session is to know that it holds the subscription. */
  hand(session: Session): void {
    session.subscriptions.add(this);
    if (this.match !== "exact") session.patterns++;
  }

  /** After sleep: the session has subscribed before. What it may have of a pattern is asked for when it is first needed. */
  recall(session: Session): void {
    this.subscribers.add(session);
    this.exceptionsKnown = this.match === "exact"; // and who receives is not as it was
  }

  /** The reverse of `recall`, of a session that was not told that it holds the subscription. */
  forget({ id }: Session): void {
    if (!this.subscribers.delete(id)) return;
    this.unexcept(id);
  }

  remove(session: Session): void {
    if (!this.subscribers.delete(session.id)) return;
    session.subscriptions.delete(this);
    if (this.match !== "exact") session.patterns--;
    this.unexcept(session.id);
  }

  /**
   * Subscribers that may not have everything that the pattern matches, and what holds of a topic that nobody can decide.
   * Nearly always empty, and then no map of its own: see exceptions.ts.
   */
  get exceptions(): ReadonlyMap<SessionId, Undecided> {
    return this.#exceptions ?? NO_EXCEPTIONS;
  }

  except(id: SessionId, undecided: Undecided): void {
    this.#exceptions ??= new Map();
    this.#exceptions.set(id, undecided);
    this.#receivers?.outdate();
  }

  unexcept(id: SessionId): void {
    this.#exceptions?.delete(id);
    if (this.#exceptions?.size === 0) this.#exceptions = undefined;
    this.#receivers?.outdate();
  }

  get subscriberIds(): readonly SessionId[] {
    return this.subscribers.ids;
  }
}
