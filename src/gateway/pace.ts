/**
 * When batched peers are sent what a turn has for them. At once, as long as few frames leave: so nobody waits in a realm that
 * has little to do, and whoever asks one thing after the other is answered at once each time. Where more leave than a
 * socket layer does well with, what the turns of one millisecond have for a peer leaves in one frame (goal B6).
 */

/** Frames that may leave in a millisecond before turns are put together. */
const FREE = 16;
/** What is counted of a large turn: afterwards turns are put together for no longer than this allows. */
const MOST = 256;

export class Pace {
  readonly #now: () => number;
  /** Frames that left lately; those that are free are forgotten millisecond by millisecond. */
  #lately = 0;
  /** When `#lately` was right, in milliseconds since 1970. */
  #at = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether the frames of this turn should wait for those of the next. */
  get isBusy(): boolean {
    this.#forget();
    return this.#lately >= FREE;
  }

  /** So many frames leave. */
  left(frames: number): void {
    this.#forget();
    this.#lately = Math.min(MOST, this.#lately + frames);
  }

  #forget(): void {
    const now = this.#now();
    this.#lately = Math.max(0, this.#lately - Math.max(0, now - this.#at) * FREE);
    this.#at = now;
  }
}
