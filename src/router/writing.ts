/**
 * How rows are written on somebody's behalf: all or none, and before memory changes; and how those are read that waking left.
 * So a store that fails changes nothing, and whoever asked is told so instead of being promised something (R17).
 */
import { WampError } from "../wamp/error.ts";
import type { Session, SessionId } from "./session.ts";
import type { RealmStore } from "./store.ts";

export const STORAGE_FAILED = "edgebahn.error.storage_failed";

export interface WritingPorts {
  readonly store: RealmStore;
  /** Told what the store said. */
  readonly fault: (error: unknown, session: SessionId | undefined) => void;
}

export class Writing {
  readonly #ports: WritingPorts;

  constructor(ports: WritingPorts) {
    this.#ports = ports;
  }

  /** Rows that a session asked for. @throws WampError storage_failed, and nothing is written */
  write<T>(by: Session, rows: () => T): T {
    const { store, fault } = this.#ports;
    try {
      return store.atomically(rows);
    } catch (error) {
      fault(error, by.id);
      throw new WampError(
        STORAGE_FAILED,
        "the router could not write this down, so nothing has changed: try again later",
      );
    }
  }

  /** Rows that are needed, whoever asked. @throws WampError storage_failed, and nothing has changed */
  read<T>(rows: () => T): T {
    try {
      return rows();
    } catch (error) {
      this.#ports.fault(error, undefined);
      throw new WampError(
        STORAGE_FAILED,
        "the router could not read what it has written down, so nothing has changed: try again later",
      );
    }
  }

  /**
   * Rows that a session holds. It gets a row itself, so that it can be made to leave when its socket is gone (RULE-12).
   * @throws WampError storage_failed, and nothing is written
   */
  hold<T>(holder: Session, rows: () => T): T {
    const { identity, lastInvocation, lastCall, stored } = holder;
    if (stored !== "no") return this.write(holder, rows);
    const held = this.write(holder, () => {
      this.#ports.store.putSession({ identity, lastInvocation, lastCall });
      return rows();
    });
    holder.stored = "yes";
    return held;
  }
}
