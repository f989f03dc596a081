/** Who is in the realm: its sessions by id, by authid and by authrole. The router's own session is never among them (MET-05). */
import type { Identity, Session, SessionId } from "./session.ts";

/** The sessions of a realm, to be read. */
export interface Sessions extends Iterable<Session> {
  readonly size: number;
  get(id: SessionId): Session | undefined;
  has(id: SessionId): boolean;
  /** The sessions of one principal, in the order in which they joined. */
  withAuthid(authid: string): readonly Session[];
  /** How many different authids there are. */
  readonly principals: number;
  /** How many sessions have the role; takes no longer for many. */
  countOf(authrole: string): number;
}

export class Roster implements Sessions {
  /** Session id to session, in the order in which they joined. */
  readonly #byId = new Map<SessionId, Session>();
  /** authid to its sessions. */
  readonly #byAuthid = new Map<string, Set<Session>>();
  /** authrole to how many sessions have it. */
  readonly #counts = new Map<string, number>();

  get size(): number {
    return this.#byId.size;
  }

  get principals(): number {
    return this.#byAuthid.size;
  }

  [Symbol.iterator](): Iterator<Session> {
    return this.#byId.values();
  }

  get(id: SessionId): Session | undefined {
    return this.#byId.get(id);
  }

  has(id: SessionId): boolean {
    return this.#byId.has(id);
  }

  withAuthid(authid: string): readonly Session[] {
    return [...(this.#byAuthid.get(authid) ?? [])];
  }

  countOf(authrole: string): number {
    return this.#counts.get(authrole) ?? 0;
  }

  add(session: Session): void {
    this.#byId.set(session.id, session);
    session.present = true;
    this.#enter(session);
  }

  /** @returns whether the session was there */
  remove(session: Session): boolean {
    if (this.#byId.get(session.id) !== session) return false;
    this.#byId.delete(session.id);
    session.present = false;
    this.#strike(session);
    return true;
  }

  /** A session is somebody else from now on (SMA-29), or is recognized after sleep. */
  rename(session: Session, identity: Identity): void {
    this.#strike(session);
    session.identity = identity;
    this.#enter(session);
  }

  #enter(session: Session): void {
    const { authid, authrole } = session.identity;
    const same = this.#byAuthid.get(authid);
    if (same) same.add(session);
    else this.#byAuthid.set(authid, new Set([session]));
    this.#counts.set(authrole, this.countOf(authrole) + 1);
  }

  #strike(session: Session): void {
    const { authid, authrole } = session.identity;
    const same = this.#byAuthid.get(authid);
    same?.delete(session);
    if (same?.size === 0) this.#byAuthid.delete(authid);
    const left = this.countOf(authrole) - 1;
    if (left > 0) this.#counts.set(authrole, left);
    else this.#counts.delete(authrole);
  }
}
