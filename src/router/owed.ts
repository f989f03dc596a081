/**
 * Rows that should be gone, but the store would not remove them. Whoever leaves has left, whatever the store says: others
 * get what is theirs, and the rows are removed at the next try. Should the realm sleep before that, waking finds them.
 */
import { WampError } from "../wamp/error.ts";

export type Removal = () => void;

export class Owed {
  readonly #report: (error: unknown) => void;
  #removals: Removal[] = [];

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** Removes now, or else later. */
  remove(removal: Removal): void {
    try {
      removal();
    } catch (error) {
      this.#removals.push(removal);
      this.#report(error);
    }
  }

  /** Does what is lost where it fails. A WampError was made for somebody who asked: what is behind it was reported by then. */
  attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof WampError)) this.#report(error);
    }
  }

  /** Tries again what failed. @throws the first error of what fails again, after all were tried */
  settle(): void {
    const removals = this.#removals;
    this.#removals = [];
    attempt(removals, (removal) => {
      try {
        removal();
      } catch (error) {
        this.#removals.push(removal);
        throw error;
      }
    });
  }
}

/** Does it for each of them. @throws the first error, after all were tried */
export function attempt<T>(all: Iterable<T>, act: (each: T) => void): void {
  const errors: unknown[] = [];
  for (const each of all) {
    try {
      act(each);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
