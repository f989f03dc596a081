/**
 * Whoever has not been heard of for too long is taken for gone: a device that lost its network does not say so, and a Worker
 * can send no ping. A frame costs one store of a number. What is remembered through sleep is at most a quarter of the limit
 * old, so that sleep ends nobody early, and a ghost is gone before twice the limit.
 */
import type { SessionId } from "../router/session.ts";
import type { Connection } from "./connection.ts";

export class Liveness {
  /** Milliseconds. */
  readonly #silence: number;
  /** What is remembered of when a session was heard may be this much behind, in milliseconds. */
  readonly #grain: number;
  readonly #now: () => number;
  /** Session id to the connection that it lives on. */
  readonly #joined: ReadonlyMap<SessionId, Connection>;
  /** When sessions are looked at next, in milliseconds since 1970; undefined while there are none. */
  #due: number | undefined;

  constructor(silence: number, joined: ReadonlyMap<SessionId, Connection>, now: () => number) {
    this.#silence = silence;
    this.#grain = silence / 4;
    this.#joined = joined;
    this.#now = now;
  }

  /** A frame came. Joined or not: what comes before WELCOME counts for the session that follows. */
  heard(connection: Connection): void {
    const now = this.#now();
    connection.heard = now;
    if (now - (connection.noted ?? 0) >= this.#grain && connection.state.phase === "joined") {
      connection.remember();
    }
  }

  /** Somebody joined. */
  watch(): void {
    this.#due ??= this.#now() + this.#silence;
  }

  /** A connection that sleep interrupted: it may have been heard a little after what it remembers. */
  recall(connection: Connection): void {
    const { state, noted } = connection;
    if (state.phase !== "joined") return;
    const now = this.#now();
    if (noted === undefined) {
      // It fell asleep when nobody listened for silence yet.
      connection.heard = now;
      connection.remember();
    } else connection.heard = Math.min(noted + this.#grain, now);
    const due = lastSign(connection) + this.#silence;
    this.#due = Math.min(this.#due ?? due, due);
  }

  /** When `takeSilent` has something to do, in milliseconds since 1970. */
  next(): number | undefined {
    return this.#due;
  }

  /** The sessions that are silent at `now`. Looks at each one, but not twice within half of the limit. */
  takeSilent(now: number): Connection[] {
    if (this.#due === undefined || now < this.#due) return [];
    const silent: Connection[] = [];
    let oldest = Number.POSITIVE_INFINITY;
    for (const connection of this.#joined.values()) {
      let sign = lastSign(connection);
      // Only now is the runtime asked: it has answered keepalives that never came here.
      if (now - sign >= this.#silence) sign = Math.max(sign, connection.peer.pinged?.() ?? 0);
      if (now - sign >= this.#silence) silent.push(connection);
      else oldest = Math.min(oldest, sign);
    }
    const due = Math.max(oldest + this.#silence, now + this.#silence / 2);
    this.#due = Number.isFinite(due) ? due : undefined;
    return silent;
  }
}

function lastSign({ state, heard = 0 }: Connection): number {
  return state.phase === "joined" ? Math.max(state.since, heard) : heard;
}
