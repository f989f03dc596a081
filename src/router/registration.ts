/** A procedure or procedure pattern and the sessions that serve it. One for each (URI, match policy) (DLR-03). */
import type { MatchPolicy } from "../wamp/uri.ts";
import { Serving } from "./serving.ts";
import type { Session } from "./session.ts";
import type { RegistrationRow } from "./store.ts";

/** How a call chooses among several callees (SHR-01). */
export type InvocationPolicy = "single" | "roundrobin" | "random" | "first" | "last";

/** A session that serves a registration, and what it asked for when it registered. */
export interface Callee {
  readonly session: Session;
  /** The callee times its calls itself (TMO-06, TMO-09). */
  readonly forwardTimeout: boolean;
  /** Every caller is disclosed to this callee (CID-03). */
  readonly discloseCaller: boolean;
}

export class Registration {
  readonly id: number;
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly invoke: InvocationPolicy;
  /** Milliseconds since 1970. */
  readonly created: number;
  #callees: Callee[] = [];
  #serving: Serving | undefined;
  /** Where roundrobin goes on: an index of `callees`. */
  turn: number;
  /** What the row says of `turn`: a call writes nothing, so it is older until the realm parks. */
  storedTurn: number;

  constructor(row: RegistrationRow) {
    this.id = row.id;
    this.uri = row.uri;
    this.match = row.match;
    this.invoke = row.invoke;
    this.created = row.created;
    this.turn = row.turn;
    this.storedTurn = row.turn;
  }

  /** In the order in which they registered. */
  get callees(): readonly Callee[] {
    return this.#callees;
  }

  /** What a call needs to know; it goes with every change. */
  get serving(): Serving {
    this.#serving ??= new Serving(this);
    return this.#serving;
  }

  has(session: Session): boolean {
    return this.callees.some((callee) => callee.session === session);
  }

  add(callee: Callee): void {
    if (this.#callees.length === 0)
      this.#callees = [callee]; // nearly all have one, and push would make room for 17
    else this.#callees.push(callee);
    this.#serving?.update();
    callee.session.registrations.add(this);
    if (this.match !== "exact") callee.session.patterns++;
  }

  remove(session: Session): void {
    if (!session.registrations.delete(this)) return;
    if (this.match !== "exact") session.patterns--;
    const at = this.callees.findIndex((callee) => callee.session === session);
    if (at < 0) return;
    this.#callees.splice(at, 1);
    this.#serving?.update();
    // SHR-06: nobody is passed over or served twice because somebody left; after the last comes the first.
    if (at < this.turn) this.turn--;
    if (this.turn >= this.callees.length) this.turn = 0;
  }
}
