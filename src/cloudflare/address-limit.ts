/**
 * How often something may be tried from one address in a minute. Kept in memory only: another isolate counts for itself, and
 * a new one begins anew. That bounds what trying costs, and slows guessing down; what keeps a guess from being right is the
 * length of what is guessed: a claim is 256 random bits, and the configuration refuses an admin secret that is short.
 */

const WINDOW = 60_000;
/** Addresses remembered; the oldest go first. */
const MOST_ADDRESSES = 10_000;

interface Tries {
  count: number;
  /** When counting begins anew, in milliseconds since 1970. */
  readonly until: number;
}

export class AddressLimit {
  readonly #most: number;
  /** Address to its tries in this minute. */
  readonly #tries = new Map<string, Tries>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Seconds until there may be another; 0: now. */
  wait(address: string, now: number): number {
    const tries = this.#tries.get(address);
    if (!tries || tries.until <= now || tries.count < this.#most) return 0;
    return Math.ceil((tries.until - now) / 1_000);
  }

  count(address: string, now: number): void {
    const tries = this.#tries.get(address);
    if (tries && tries.until > now) {
      tries.count++;
      return;
    }
    this.#tries.delete(address); // so that it becomes the newest
    this.#tries.set(address, { count: 1, until: now + WINDOW });
    const [oldest] = this.#tries.keys();
    if (this.#tries.size > MOST_ADDRESSES && oldest !== undefined) this.#tries.delete(oldest);
  }
}
