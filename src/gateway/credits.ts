/**
 * What each session was served while the bucket that it shares with others was empty. What flows into the bucket is shared
 * out evenly among those who owe, so that whoever takes no more than its part never ends for what others take.
 */
import type { Rate } from "./rate.ts";

/** Milliseconds between two looks for those who owe nothing any more. */
const LOOK_EVERY = 1_000;
/** Sums of tenths and thousandths are not exact. */
const ALMOST = 1e-6;

export class Credits {
  readonly #rate: Rate;
  /** What everybody who owed all the time has been forgiven since the beginning. */
  #forgiven = 0;
  /** When `#forgiven` was right, in milliseconds since 1970. */
  #at: number;
  #lookedAt: number;
  /** Who owes, to where `#forgiven` must come until it owes nothing. */
  readonly #owing = new Map<object, number>();

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#at = now;
    this.#lookedAt = now;
  }

  /** Grants somebody that much on credit. Returns whether it owes no more than the burst; otherwise it was granted nothing. */
  grant(who: object, tokens: number, now: number): boolean {
    this.#forgive(now);
    const owed = Math.max(0, (this.#owing.get(who) ?? 0) - this.#forgiven) + tokens;
    if (owed > this.#rate.burst + ALMOST) return false;
    this.#owing.set(who, this.#forgiven + owed);
    return true;
  }

  #forgive(now: number): void {
    const passed = Math.max(0, now - this.#at);
    this.#at = now;
    this.#forgiven += (passed * this.#rate.perSecond) / 1_000 / Math.max(1, this.#owing.size);
    if (now - this.#lookedAt < LOOK_EVERY) return;
    this.#lookedAt = now;
    for (const [who, until] of this.#owing) if (until <= this.#forgiven) this.#owing.delete(who);
  }
}
