/**
 * What waits in the sockets of one object together. Closing a socket frees nothing: what a peer has not read stays until its
 * TCP connection dies, so sockets count from upgrade until they are gone. While little waits, each session may have its
 * whole limit; from half of the total on all share what is left. Three eighths are only for those who go on reading: a
 * hundred that stop do not take the room that everybody else needs. Counts what is sent, and asks the sockets only when
 * that count says they may hold much.
 */
import { Allowance } from "./allowance.ts";
import type { Connection } from "./connection.ts";
import type { Peer } from "./peer.ts";

/** One thirty-second of the total: octets sent between two looks at all sockets while much waits. */
const STEPS = 32;
const PARTS = 8;
/**
 * Milliseconds for which a client that closed without reading what waits for it counts: it may read on, or its TCP
 * connection may die, of which nobody is told.
 */
const LINGERING = 60_000;
export interface CongestionLimits {
  /** Octets that may wait for one session. */
  readonly backlog: number;
  /** Octets that may wait in all sockets together; Infinity: no limit. */
  readonly totalBacklog: number;
  /** Octets that count for each frame besides its own; undefined: none. */
  readonly frameCost?: number;
}

/** What a look at all sockets found. */
export interface Finding {
  /** Connections not closed yet for which more waits than may, the largest first. */
  readonly over: readonly Connection[];
  /** What closed sockets hold leaves too little for everybody else; how many octets. Undefined: it does not. */
  readonly choked: number | undefined;
}

export class Congestion {
  readonly #total: number;
  /** Of what one frame has the router say, so much may wait before some of it should leave. */
  readonly part: number;
  readonly #frameCost: number;
  /** What may wait for a session that goes on reading, and for one that does not. */
  readonly #reading: Allowance;
  readonly #stalled: Allowance;
  readonly #now: () => number;
  /** Every connection whose socket is not known to be gone. */
  readonly #connections = new Set<Connection>();
  /** Peers that closed with something left unread, to when they count no more; the soonest first. */
  readonly #lingering = new Map<Peer, number>();
  /** Those for whom something waited at the last look, and not less than at the one before and all they were sent since. */
  #stuck = new Set<Connection>();
  /** What waited when last looked. */
  #known = 0;
  /** Octets sent since. */
  #sent = 0;
  /** Octets sent before. */
  #sentBefore = 0;
  /** How many were sent in all when somebody last asked whether much of it waits. */
  #partAt = 0;
  /** Something did not fit since. */
  #full = false;
  /** Sockets were asked within a turn since, which does not tell who reads. */
  #askedWithin = false;

  constructor(limits: CongestionLimits, now: () => number) {
    this.#frameCost = limits.frameCost ?? 0;
    this.#total = Math.min(limits.totalBacklog, Number.MAX_SAFE_INTEGER);
    this.part = this.#total / PARTS;
    this.#now = now;
    this.#reading = Allowance.ofReaders(limits.backlog, this.#total);
    this.#stalled = Allowance.ofOthers(limits.backlog, this.#total);
  }

  add(connection: Connection): void {
    this.#connections.add(connection);
    if (this.#lingering.size > 0) this.#forgetLingering();
  }

  /** Its socket is gone, and with it whatever waited there. */
  delete(connection: Connection): void {
    this.#connections.delete(connection);
    this.#stuck.delete(connection);
  }

  /** Its client closed it: what waits there is still to be read. */
  linger(connection: Connection): void {
    this.delete(connection);
    const { peer } = connection;
    if (peer.weigh() > 0) this.#lingering.set(peer, this.#now() + LINGERING);
    this.#forgetLingering();
  }

  /** A frame of so many octets; what goes into a batch counts as a frame each until somebody looks. */
  sent(octets: number): void {
    this.#sent += octets + this.#frameCost;
  }

  /** Whether it is time to look: so much may wait now that it matters, and it is not what was seen the last time. */
  get isDue(): boolean {
    if (this.#full) return true;
    return this.#known + this.#sent > this.#total / 2 && (this.#isStale || this.#askedWithin);
  }

  /**
   * More waits for this peer than may, be it sent or kept for the flush. A text counts UTF-16 units, and framing counts
   * not at all: an approximation that is good enough for a limit.
   */
  isFull(connection: Connection): boolean {
    // Quick: whoever reads may have as much as this, too.
    if (weight(connection) <= this.#stalled.at(this.#known + this.#sent)) return false;
    // Nobody is ended over an estimate.
    if (this.#isStale) this.#weighWithin();
    return connection.peer.weigh() + connection.outgoingOctets > this.#allowanceOf(connection);
  }

  /** Whether so much more may wait. Within one turn nothing leaves, however eagerly it is read. */
  fits(octets: number): boolean {
    const more = octets + this.#frameCost;
    if (this.#known + this.#sent + more <= this.#total) return true;
    if (this.#isStale) this.#weighWithin();
    this.#full = this.#known + this.#sent + more > this.#total;
    return !this.#full;
  }

  /**
   * Whether so much waits, now that a part of the total was sent since this was asked, that some of it should leave before a
   * turn says more. Where nothing leaves that is asked again after another part, and not before.
   */
  get isFilling(): boolean {
    const sent = this.#sentBefore + this.#sent;
    if (sent - this.#partAt < this.part) return false;
    this.#partAt = sent;
    this.#weighWithin();
    return this.#known >= this.part;
  }

  /** What waits in all sockets together, asked anew. */
  weigh(): number {
    this.#weighWithin();
    return this.#known;
  }

  /** Looks at every socket. To be called before a turn, when what the last ones sent has had its chance to leave. */
  look(): Finding {
    const closed = this.#weighAll();
    this.#askedWithin = false;
    const here = [...this.#connections].filter((each) => each.state.phase !== "ended");
    this.#stuck = new Set(here.filter(({ peer }) => !peer.moved()));
    const over = here
      .filter((each) => weight(each) > this.#allowanceOf(each))
      .sort((one, other) => weight(other) - weight(one));
    const choked = this.#total - closed < this.#total / STEPS ? closed : undefined;
    return { over, choked };
  }

  #allowanceOf(connection: Connection): number {
    const allowance = this.#stuck.has(connection) ? this.#stalled : this.#reading;
    return allowance.at(this.#known + this.#sent);
  }

  /** Enough was sent since the last look for another one. */
  get #isStale(): boolean {
    return this.#sent >= this.#total / STEPS;
  }

  #weighWithin(): void {
    this.#weighAll();
    this.#askedWithin = true;
  }

  /** Those whose time is over: whoever comes and goes sees to it, however little is sent. */
  #forgetLingering(): void {
    const now = this.#now();
    for (const [peer, until] of this.#lingering) {
      if (until > now) return;
      this.#lingering.delete(peer);
    }
  }

  /** @returns what closed sockets hold */
  #weighAll(): number {
    let [live, closed] = [0, 0];
    for (const connection of this.#connections) {
      const octets = connection.peer.weigh() + connection.outgoingOctets;
      if (connection.state.phase === "ended") closed += octets;
      else live += octets;
    }
    this.#forgetLingering();
    for (const peer of this.#lingering.keys()) {
      const octets = peer.weigh();
      if (octets === 0) this.#lingering.delete(peer);
      else closed += octets;
    }
    this.#known = live + closed;
    this.#sentBefore += this.#sent;
    this.#sent = 0;
    this.#full = false;
    return closed;
  }
}

function weight({ peer, outgoingOctets }: Connection): number {
  return peer.backlog + outgoingOctets;
}
