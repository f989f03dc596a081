/**
 * The sessions that subscribed to one topic or pattern, in the order in which they came. Nearly all topics have one or a
 * few, and a realm may have a million topics: a map is made only where there are many.
 */
import type { Session, SessionId } from "./session.ts";

/** More than these are found by a map. */
const FEW = 8;
const NOBODY: readonly Session[] = [];

export class Subscribers {
  /** While there is no map. */
  #few = NOBODY;
  /** Session id to session. */
  #many: Map<SessionId, Session> | undefined;
  #ids: readonly SessionId[] | undefined;

  get size(): number {
    return this.#many?.size ?? this.#few.length;
  }

  /** Kept between changes, so that a publication need not list them again; whoever has it keeps it as it was. */
  get ids(): readonly SessionId[] {
    this.#ids ??= this.#many ? [...this.#many.keys()] : this.#few.map(({ id }) => id);
    return this.#ids;
  }

  has(id: SessionId): boolean {
    return this.#many?.has(id) ?? this.ids.includes(id);
  }

  get(id: SessionId): Session | undefined {
    return this.#many ? this.#many.get(id) : this.#few.find((each) => each.id === id);
  }

  values(): Iterable<Session> {
    return this.#many?.values() ?? this.#few;
  }

  add(session: Session): void {
    if (this.has(session.id)) return;
    this.#ids = undefined;
    if (this.#many) this.#many.set(session.id, session);
    else if (this.#few.length < FEW)
      this.#few = this.#few.concat(session); // push would make room for 17
    else {
      this.#many = new Map([...this.#few, session].map((each) => [each.id, each]));
      this.#few = NOBODY;
    }
  }

  /** @returns whether it was there */
  delete(id: SessionId): boolean {
    if (!this.has(id)) return false;
    this.#ids = undefined;
    this.#many?.delete(id);
    if (!this.#many) this.#few = this.#few.filter((each) => each.id !== id);
    else if (this.#many.size === FEW / 2) {
      this.#few = [...this.#many.values()];
      this.#many = undefined;
    }
    return true;
  }
}
