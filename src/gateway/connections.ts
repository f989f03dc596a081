/**
 * The connections of a realm, their phases and their ends. The one error boundary: a Refusal becomes ABORT and close,
 * anything else is our own bug, logged, and ends that session only. Knows no message but those that end a session.
 */
import type { Delivery } from "../router/delivery.ts";
import type { Realm } from "../router/realm.ts";
import type { Session, SessionId } from "../router/session.ts";
import type { Encoded } from "../serializer/serializer.ts";
import { Refusal } from "../wamp/error.ts";
import type { RouterMessage } from "../wamp/message.ts";
import { Congestion } from "./congestion.ts";
import type { Connection } from "./connection.ts";
import { Liveness } from "./liveness.ts";
import { type Log, plain } from "./log-entry.ts";
import { Outbox, type Unsent } from "./outbox.ts";
import { Pace } from "./pace.ts";
import type { ConnectionState } from "./peer.ts";
import type { GatewayPorts } from "./settings.ts";
import { Strangers } from "./strangers.ts";
import { Timetable } from "./timetable.ts";

/** WebSocket close codes (RFC 6455 section 7.4). */
export const NORMAL = 1000;
export const POLICY = 1008;
export const INTERNAL = 1011;
export const TRY_AGAIN = 1013;

/** Pauses after one part of what a frame has the router say, as long as each lets something leave. */
const MOST_PAUSES = 64;

export class Connections {
  readonly #realm: Realm;
  readonly #patience: number;
  readonly #backlog: number;
  readonly #now: () => number;
  readonly #abortAll: ((reason: string) => void) | undefined;
  readonly log: Log;
  /** Session id to the connection that it lives on. */
  readonly #joined = new Map<SessionId, Connection>();
  readonly #strangers: Strangers;
  /** When many were joining the last time, in milliseconds since 1970. */
  #manyAt = Number.NEGATIVE_INFINITY;
  /** When it was last logged that a stranger had to give way, in milliseconds since 1970. */
  #crowdedAt = Number.NEGATIVE_INFINITY;
  readonly #congestion: Congestion;
  #inboxOctets = 0;
  readonly #outbox: Outbox;
  readonly #pace: Pace;
  readonly #soon: GatewayPorts["soon"];
  readonly #pause: GatewayPorts["pause"];
  /** Batched peers are sent what they are owed as soon as `#soon` calls back, and not before. */
  #isWaiting = false;
  /** Undefined: a session may be silent for ever. */
  readonly liveness: Liveness | undefined;
  /** What is due: a reply in the handshake or to GOODBYE, or the end of what a session signed in with. */
  readonly #timetable = new Timetable<Connection>();

  constructor({ realm, settings, now, log, abort, soon, pause }: GatewayPorts) {
    this.#realm = realm;
    this.#patience = settings.patience;
    this.#backlog = settings.backlog;
    this.#now = now;
    this.#abortAll = abort;
    this.log = (entry) => log(plain(entry));
    this.#strangers = new Strangers(settings.joining);
    this.#congestion = new Congestion(settings, now);
    const { silence } = settings;
    this.liveness = silence === undefined ? undefined : new Liveness(silence, this.#joined, now);
    this.#outbox = new Outbox(this.#joined, this.#congestion, settings.backlog);
    this.#pace = new Pace(now);
    this.#soon = soon;
    this.#pause = pause;
  }

  get joined(): ReadonlyMap<SessionId, Connection> {
    return this.#joined;
  }

  /** When patience ends that begins now. */
  deadline(): number {
    return this.#now() + this.#patience;
  }

  /** When somebody is due, in milliseconds since 1970. */
  next(): number | undefined {
    return this.#timetable.next();
  }

  /** Takes a connection that is due at `now`. */
  takeDue(now: number): Connection | undefined {
    return this.#timetable.take(now);
  }

  /** A socket was accepted. If too many wait to join, the one that has waited longest goes (RULE-05). */
  open(connection: Connection): void {
    this.enter(connection, { phase: "open", deadline: this.deadline() });
    if (this.#strangers.areMany) this.#manyAt = this.#now();
    const oldest = this.#strangers.excess();
    if (oldest) this.sendAway(oldest);
  }

  /**
   * R9: who is late while many are joining, or were since it came, has perhaps been in time and not heard: `deadline` is when
   * its patience ends.
   */
  wereMany(deadline: number): boolean {
    return this.#manyAt >= deadline - this.#patience;
  }

  /** Without ABORT, which AutobahnJS takes as a reason never to come back, whatever it says. */
  sendAway(connection: Connection): undefined {
    const now = this.#now();
    // Strangers do not get to write a line each.
    if (now - this.#crowdedAt >= this.#patience) {
      this.#crowdedAt = now;
      this.log({ event: "crowded" });
    }
    return this.end(connection, TRY_AGAIN, "too many clients are joining: try again");
  }

  /** A phase begins, and is remembered through sleep. */
  enter(connection: Connection, state: ConnectionState): void {
    this.#begin(connection, state);
    connection.remember();
  }

  #begin(connection: Connection, state: ConnectionState): void {
    const { state: earlier } = connection;
    if (earlier.phase === "joined" && state.phase !== "joined") {
      this.#joined.delete(earlier.identity.session);
      connection.session = undefined;
    }
    if (state.phase === "ended") this.takeInbox(connection); // nothing is served after the end
    this.recall(connection, state);
    if (state.phase === "joined") this.liveness?.watch();
  }

  /** The same for a phase that sleep interrupted: it is remembered already. */
  recall(connection: Connection, state: ConnectionState): void {
    connection.state = state;
    this.#congestion.add(connection);
    if (state.phase === "joined") this.#joined.set(state.identity.session, connection);
    this.#strangers.note(connection);
    const due = dueAt(state);
    if (due === undefined) this.#timetable.delete(connection);
    else this.#timetable.set(connection, due);
  }

  /** What came while an earlier message is waited for, to be taken in its turn. */
  queue(connection: Connection, messages: readonly Encoded[]): void {
    for (const message of messages) {
      connection.inbox.push(message);
      connection.inboxOctets += message.length;
      this.#inboxOctets += message.length;
    }
  }

  takeInbox(connection: Connection): readonly Encoded[] {
    this.#inboxOctets -= connection.inboxOctets;
    return connection.takeInbox();
  }

  /** Octets that wait in all inboxes together. */
  get inboxOctets(): number {
    return this.#inboxOctets;
  }

  /** More waits for this peer than may. */
  isFull(connection: Connection): boolean {
    return this.#congestion.isFull(connection);
  }

  /** One message to one connection, joined or not. */
  send(connection: Connection, message: RouterMessage): void {
    this.#outbox.send(connection, message);
  }

  /** Sends, then lets leave whoever could not be reached, until there is nothing more to say. */
  deliver(deliveries: readonly Delivery[]): void {
    if (deliveries.length === 0) return;
    let unsent: Unsent | undefined;
    for (let at = 0; at < deliveries.length; at++) {
      const delivery = deliveries[at];
      if (!delivery) continue;
      unsent = this.#outbox.deliver(delivery, unsent);
      if (delivery.message.type === "GOODBYE") this.#dismiss(delivery.to, unsent?.overflowing ?? []);
    }
    if (!unsent) return;
    // ORD-20: all of them have ended before anybody is told of anything more.
    const evicted = unsent.overflowing.map((connection) => this.#evict(connection));
    for (const session of evicted) if (session) this.leave(session);
    for (const { message, to, why } of unsent.undeliverable) {
      this.deliver(this.#realm.undeliverable(message, to, why));
    }
  }

  /** The one error boundary (SES-40, SES-41). */
  fail(connection: Connection, error: unknown): void {
    const { phase } = connection.state;
    const session = connection.session?.id;
    if (!(error instanceof Refusal)) this.report(error, session);
    // Nothing follows the end, nor the router's own GOODBYE (SES-51, SES-53).
    if (phase === "ended" || phase === "leaving") return;
    if (error instanceof Refusal) {
      const { reason, message } = error;
      const { claimed } = connection;
      this.log({
        event: "abort",
        session,
        ...(claimed !== undefined && { authid: claimed }),
        reason,
        message,
      });
      this.#abort(connection, error);
    } else if (phase === "joined") {
      this.end(connection, INTERNAL, "internal error of the router");
    } else {
      // AUT-07: whom we cannot judge we do not admit.
      const text = "the router failed; its log says why";
      this.#abort(connection, new Refusal("wamp.error.authentication_failed", text, INTERNAL));
    }
  }

  /** Our own bug, or a port's: the log says it. */
  report(error: unknown, session: SessionId | undefined): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.log({ event: "fault", session, error: text });
  }

  /** Closes and forgets the connection, once what it is owed was sent (TRN-22); its session leaves. */
  end(connection: Connection, code: number, reason: string): undefined {
    const { session } = connection;
    this.#shut(connection, code, reason);
    if (session) this.leave(session);
  }

  #shut(connection: Connection, code: number, reason: string): void {
    this.#outbox.finish(connection);
    this.enter(connection, { phase: "ended" });
    connection.peer.close(code, reason);
  }

  /** The transport is gone: there is nothing to close. What a client has not read when it closes may wait all the same. */
  lose(connection: Connection, how: "closed" | "cut"): void {
    const { session } = connection;
    this.#outbox.drop(connection);
    this.#begin(connection, { phase: "ended" });
    if (how === "closed")
      this.#congestion.linger(connection); // nothing asks it what it remembers any more
    else {
      this.#congestion.delete(connection);
      connection.remember();
    }
    if (session) this.leave(session);
  }

  /** Before a turn: where too much waits in all sockets together, those for whom most waits go. */
  relieve(): void {
    if (!this.#congestion.isDue) return;
    const { over, choked } = this.#congestion.look();
    this.turn(() => {
      for (const connection of over) {
        const { phase } = connection.state;
        const evicted = this.#evict(connection);
        if (evicted) this.leave(evicted);
        else if (phase !== "joined" && phase !== "ended") this.end(connection, POLICY, "slow consumer");
      }
    });
    if (choked === undefined || !this.#abortAll) return;
    this.log({ event: "choked", octets: choked });
    this.#abortAll("what closed connections have not read leaves no room for the others");
  }

  /**
   * Within what a frame has the router say: so much of it waits that some should leave before there is more, or clients that
   * read would be told that they do not. Undefined: go on.
   */
  breathe(): Promise<void> | undefined {
    if (!this.#pause || !this.#congestion.isFilling) return undefined;
    this.flushNow(); // what batched peers are owed cannot leave while it is kept here
    return this.#drain(this.#pause);
  }

  /** Until there is room, or nothing leaves any more: those who do not read are not waited for. */
  async #drain(pause: () => Promise<void>): Promise<void> {
    for (let n = 0, before = Number.POSITIVE_INFINITY; n < MOST_PAUSES; n++) {
      await pause();
      const waiting = this.#congestion.weigh();
      if (waiting <= this.#congestion.part / 2 || waiting >= before) break;
      before = waiting;
    }
    this.relieve();
  }

  /** What follows when a session is over. A fault there is logged and goes no further: nothing is left to end. */
  leave(session: Session): void {
    try {
      this.deliver(this.#realm.leave(session));
    } catch (error) {
      this.report(error, session.id);
    }
  }

  turn(work: () => void): void {
    try {
      work();
    } finally {
      this.flush();
    }
  }

  /** The end of a turn: what batched peers are owed leaves, now or soon. */
  flush(): void {
    const { unflushed } = this.#outbox;
    if (unflushed > 0 && !this.#waits()) {
      this.#pace.left(unflushed);
      this.#outbox.flush();
    }
    this.#loseBroken();
  }

  /** Where much leaves, turns that follow each other at once are put together. */
  #waits(): boolean {
    if (this.#soon === undefined) return false;
    if (this.#isWaiting) return true;
    this.#isWaiting = this.#pace.isBusy;
    if (this.#isWaiting) {
      this.#soon(() => {
        this.#isWaiting = false;
        this.flushNow();
      });
    }
    return this.#isWaiting;
  }

  /** However much left lately. */
  flushNow(): void {
    this.#pace.left(this.#outbox.unflushed);
    this.#outbox.flush();
    this.#loseBroken();
  }

  /** Whoever cannot be sent to is lost, which others may have to be told. */
  #loseBroken(): void {
    for (let broken = this.#outbox.takeBroken(); broken.size > 0; broken = this.#outbox.takeBroken()) {
      for (const [connection, error] of broken) {
        this.#outbox.drop(connection); // ORD-20: something before it was not sent
        if (connection.state.phase !== "ended") this.fail(connection, error);
      }
      this.#outbox.flush();
    }
  }

  /** The realm said GOODBYE: the session is over, its client has yet to answer (SES-53). Who did not get it is evicted. */
  #dismiss(sessions: readonly SessionId[], overflowing: readonly Connection[]): void {
    for (const id of sessions) {
      const connection = this.#joined.get(id);
      if (!connection || overflowing.includes(connection)) continue;
      this.enter(connection, { phase: "leaving", deadline: this.deadline() });
    }
  }

  /**
   * A peer that does not read what it is sent: its session ends, so that what it saw has no gap (TRN-21, ORD-20). Returns the
   * session, which has yet to leave; undefined where there is none.
   */
  #evict(connection: Connection): Session | undefined {
    const { state, session: leaving } = connection;
    if (state.phase !== "joined") return undefined;
    const { session } = state.identity;
    const ownFault = connection.peer.backlog + connection.outgoingOctets > this.#backlog;
    const message = ownFault
      ? `more than ${this.#backlog} octets wait to be read by this client`
      : "too much waits to be read by all clients together, and this one reads too slowly: connect again";
    this.log({ event: "slow_consumer", session, ...(!ownFault && { shared: true }) });
    this.#outbox.drop(connection);
    this.send(connection, { type: "GOODBYE", details: { message }, reason: "wamp.close.killed" });
    this.#shut(connection, POLICY, "slow consumer");
    return leaving;
  }

  #abort(connection: Connection, { reason, message, closeCode }: Refusal): void {
    this.send(connection, { type: "ABORT", details: { message }, reason, payload: undefined });
    this.end(connection, closeCode, reason);
  }
}

function dueAt(state: ConnectionState): number | undefined {
  if (state.phase === "joined") return state.identity.expires;
  return "deadline" in state ? state.deadline : undefined;
}
