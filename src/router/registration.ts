/** A procedure or procedure pattern and the sessions that serve it. One for each (URI, match policy) (DLR-03). */
import type { MatchPolicy } from "../wamp/uri.ts";
import type { Session } from "./session.ts";

/** How a call chooses among several callees (SHR-01). */
export type InvocationPolicy = "single" | "roundrobin" | "random" | "first" | "last";

export class Registration {
  readonly id: number;
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly invoke: InvocationPolicy;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** In the order in which they registered. */
  readonly callees: Session[] = [];

  constructor(row: {
    id: number;
    uri: string;
    match: MatchPolicy;
    invoke: InvocationPolicy;
    created: number;
  }) {
    this.id = row.id;
    this.uri = row.uri;
    this.match = row.match;
    this.invoke = row.invoke;
    this.created = row.created;
  }

  add(callee: Session): void {
    this.callees.push(callee);
    callee.registrations.add(this);
  }

  remove(callee: Session): void {
    const at = this.callees.indexOf(callee);
    if (at >= 0) this.callees.splice(at, 1);
    callee.registrations.delete(this);
  }
}
