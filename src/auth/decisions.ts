/**
 * What an authorizer said of a session, for as long as it may be used. Keyed by session and not by role: an authorizer
 * may look at who asks. Forgotten with the session, and when the realm sleeps: then it is asked again.
 */
import type { Decision, Subject, Wish } from "./permission.ts";

/** How long, in milliseconds, what was said waits for its first use: whoever asked for it has left, or asks at once. */
const FIRST_USE = 10_000;
const MOST_OF_ONE = 128;
const MOST = 8_192;

interface Held {
  readonly decision: Decision;
  /** Until when it holds, in milliseconds since 1970. */
  readonly until: number;
  /** Until when it holds if it has not been used. */
  readonly firstUse: number;
}

export class Decisions {
  readonly #now: () => number;
  /** Session to what it asked for, as text, to what was said. */
  #held = new WeakMap<Subject, Map<string, Held>>();
  #size = 0;
  /** Grows with each purge: what was asked before one must not be remembered after it. */
  #generation = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param ttl milliseconds; a decision that may not be remembered, or for no time, is good for one use */
  remember(subject: Subject, wish: Wish, { decision, ttl }: { decision: Decision; ttl: number }): void {
    if (this.#size >= MOST) this.#clear();
    let held = this.#held.get(subject);
    if (!held) {
      held = new Map();
      this.#held.set(subject, held);
    }
    if (held.size >= MOST_OF_ONE) {
      this.#size -= held.size;
      held.clear();
    }
    const now = this.#now();
    const key = text(wish);
    if (!held.has(key)) this.#size++;
    held.set(key, { decision, until: decision.cache ? now + ttl : now, firstUse: now + FIRST_USE });
  }

  /** What was said; afterwards it has been used. */
  use(subject: Subject, wish: Wish): Decision | undefined {
    const held = this.#held.get(subject);
    const key = text(wish);
    const found = held?.get(key);
    if (!held || !found) return undefined;
    const now = this.#now();
    const lasts = now < found.until;
    if (!lasts) {
      held.delete(key);
      this.#size--;
    } else if (found.firstUse !== 0) {
      held.set(key, { ...found, firstUse: 0 });
    }
    return lasts || now < found.firstUse ? found.decision : undefined;
  }

  /** What was said, without using it. */
  look(subject: Subject, wish: Wish): Decision | undefined {
    const found = this.#held.get(subject)?.get(text(wish));
    const now = this.#now();
    return found && (now < found.until || now < found.firstUse) ? found.decision : undefined;
  }

  /** Forgets what was said of this session, or of all. */
  purge(subject?: Subject): void {
    this.#generation++;
    if (!subject) {
      this.#clear();
      return;
    }
    this.#size -= this.#held.get(subject)?.size ?? 0;
    this.#held.delete(subject);
  }

  get generation(): number {
    return this.#generation;
  }

  #clear(): void {
    this.#held = new WeakMap();
    this.#size = 0;
  }
}

function text({ action, uri, match }: Wish): string {
  return `${action} ${match} ${uri}`;
}
