/**
 * The connections that have not joined. They are bounded, so that strangers who say nothing cost little (RULE-05): one more
 * than that, and the one that has waited longest goes, for whoever means it joins within a round trip or two.
 */
import type { Connection } from "./connection.ts";

export class Strangers {
  readonly #most: number;
  /** In the order in which they came. */
  readonly #waiting = new Set<Connection>();

  constructor(most: number) {
    this.#most = most;
  }

  /** A connection is in this phase from now on. */
  note(connection: Connection): void {
    const { phase } = connection.state;
    if (phase === "open" || phase === "challenged") this.#waiting.add(connection);
    else this.#waiting.delete(connection);
  }

  /** More than half as many as may be: perhaps the router is behind with them. */
  get areMany(): boolean {
    return 2 * this.#waiting.size > this.#most;
  }

  /** Who has to go; undefined: there is room. */
  excess(): Connection | undefined {
    if (this.#waiting.size <= this.#most) return undefined;
    const [oldest] = this.#waiting;
    return oldest;
  }
}
