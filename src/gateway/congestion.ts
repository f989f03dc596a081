/**
 * What waits in the sockets of one object together. Closing a socket frees nothing: what a peer has not read stays until its
 * TCP connection dies, so sockets count from upgrade until they are gone. While little waits, each session may have its
 * whole limit; from half of the total on all share what is left, so that the total is never reached by peers that stopped
 * reading, however many there are. Counts what is sent, and asks the sockets only when that count says they may hold much.
 */
import type { Connection } from "./connection.ts";

/** One thirty-second of the total: octets sent between two looks at all sockets while much waits. */
const STEPS = 32;
/**
 * Milliseconds for which a client that closed without reading what waits for it counts: it may read on, or its TCP
 * connection may die, of which nobody is told.
 */
const LINGERING = 60_000;
/** An object whose sessions could have no more than this part of their limit is of no use to anybody. */
const LEAST_PART = 1 / 16;

export interface CongestionLimits {
  /** Octets that may wait for one session. */
  readonly backlog: number;
  /** Octets that may wait in all sockets together; Infinity: no limit. */
  readonly totalBacklog: number;
}

/** What a look at all sockets found. */
export interface Finding {
  /** Connections not closed yet for which more waits than may, the largest first. */
  readonly over: readonly Connection[];
  /** What closed sockets hold leaves too little for everybody else; how many octets. Undefined: it does not. */
  readonly choked: number | undefined;
}

export class Congestion {
  readonly #backlog: number;
  readonly #total: number;
  /** The part of what is left that one session may have. */
  readonly #share: number;
  readonly #now: () => number;
  /** Every connection whose socket is not known to be gone. */
  readonly #connections = new Set<Connection>();
  /** Connections that their clients closed with something left unread, to when they count no more. */
  readonly #lingering = new Map<Connection, number>();
  /** What waited when last looked. */
  #known = 0;
  /** Octets sent since. */
  #sent = 0;
  /** Something did not fit since. */
  #full = false;

  constructor(limits: CongestionLimits, now: () => number) {
    this.#backlog = limits.backlog;
    this.#total = Math.min(limits.totalBacklog, Number.MAX_SAFE_INTEGER);
    this.#now = now;
    this.#share = Math.min(1, (2 * this.#backlog) / this.#total);
  }

  add(connection: Connection): void {
    this.#connections.add(connection);
  }

  /** Its socket is gone, and with it whatever waited there. */
  delete(connection: Connection): void {
    this.#connections.delete(connection);
  }

  /** Its client closed it: what waits there is still to be read. */
  linger(connection: Connection): void {
    this.#connections.delete(connection);
    if (connection.peer.weigh() > 0) this.#lingering.set(connection, this.#now() + LINGERING);
  }

  sent(octets: number): void {
    this.#sent += octets;
  }

  /** Whether it is time to look: so much may wait now that it matters, and it is not what was seen the last time. */
  get isDue(): boolean {
    return this.#full || (this.#known + this.#sent > this.#total / 2 && this.#isStale);
  }

  /**
   * More waits for this peer than may, be it sent or kept for the flush. A text counts UTF-16 units, and framing counts
   * not at all: an approximation that is good enough for a limit.
   */
  isFull(connection: Connection): boolean {
    if (weight(connection) <= this.#allowance) return false;
    // Nobody is ended over an estimate.
    if (this.#isStale) this.#weighAll();
    return connection.peer.weigh() + connection.outgoingOctets > this.#allowance;
  }

  /** Whether so much more may wait. Within one turn nothing leaves, however eagerly it is read. */
  fits(octets: number): boolean {
    if (this.#known + this.#sent + octets <= this.#total) return true;
    if (this.#isStale) this.#weighAll();
    this.#full = this.#known + this.#sent + octets > this.#total;
    return !this.#full;
  }

  /** Looks at every socket. To be called before a turn, when what the last ones sent has had its chance to leave. */
  look(): Finding {
    const closed = this.#weighAll();
    const over = [...this.#connections]
      .filter((each) => each.state.phase !== "ended" && weight(each) > this.#allowance)
      .sort((one, other) => weight(other) - weight(one));
    const choked = (this.#total - closed) * this.#share < this.#backlog * LEAST_PART ? closed : undefined;
    return { over, choked };
  }

  /** Octets that may wait for one session: less, the more waits. */
  get #allowance(): number {
    return Math.min(this.#backlog, Math.max(0, this.#total - this.#known - this.#sent) * this.#share);
  }

  /** Enough was sent since the last look for another one. */
  get #isStale(): boolean {
    return this.#sent >= this.#total / STEPS;
  }

  /** @returns what closed sockets hold */
  #weighAll(): number {
    let [live, closed] = [0, 0];
    for (const connection of this.#connections) {
      const octets = connection.peer.weigh() + connection.outgoingOctets;
      if (connection.state.phase === "ended") closed += octets;
      else live += octets;
    }
    for (const [connection, until] of this.#lingering) {
      const octets = connection.peer.weigh();
      if (octets === 0 || until <= this.#now()) this.#lingering.delete(connection);
      else closed += octets;
    }
    this.#known = live + closed;
    this.#sent = 0;
    this.#full = false;
    return closed;
  }
}

function weight({ peer, outgoingOctets }: Connection): number {
  return peer.backlog + outgoingOctets;
}
