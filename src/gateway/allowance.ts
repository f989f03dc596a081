/**
 * How much may wait for one session, by how much waits for all: its whole limit while that is no more than half of the
 * total, and from there on a part of what is left. Whoever does not read is counted out of the reserve.
 */

/** The part of the total that only those may use who go on reading. */
const RESERVE = 3 / 8;
/** The part of its limit that a session may have however much waits, while there is room at all: whoever goes on reading, */
const LEAST_IF_READ = 1 / 2;
/** and whoever was seen not to. */
const LEAST = 1 / 16;

export class Allowance {
  readonly #backlog: number;
  /** Octets of the total that such a session may use, with all others. */
  readonly #octets: number;
  /** The part for one session of what is left of them. */
  readonly #share: number;
  readonly #least: number;

  private constructor(backlog: number, total: number, octets: number, least: number) {
    this.#backlog = backlog;
    this.#octets = octets;
    this.#share = Math.min(1, backlog / (octets - total / 2));
    this.#least = least * backlog;
  }

  static ofReaders(backlog: number, total: number): Allowance {
    return new Allowance(backlog, total, total, LEAST_IF_READ);
  }

  static ofOthers(backlog: number, total: number): Allowance {
    return new Allowance(backlog, total, total * (1 - RESERVE), LEAST);
  }

  /** Octets for one session while so many wait for all. */
  at(waiting: number): number {
    return Math.min(this.#backlog, Math.max(this.#least, (this.#octets - waiting) * this.#share));
  }
}
