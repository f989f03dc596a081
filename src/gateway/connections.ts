/**
 * The connections of a realm, their phases and their ends. The one error boundary: a Refusal becomes ABORT and close,
 * anything else is our own bug, logged, and ends that session only. Knows no message but those that end a session.
 */
import type { Delivery } from "../router/delivery.ts";
import type { Realm } from "../router/realm.ts";
import type { Session, SessionId } from "../router/session.ts";
import { Refusal } from "../wamp/error.ts";
import type { RouterMessage } from "../wamp/message.ts";
import type { Connection } from "./connection.ts";
import { type Log, plain } from "./log-entry.ts";
import { Outbox, type Undeliverable } from "./outbox.ts";
import type { ConnectionState } from "./peer.ts";
import type { GatewayPorts } from "./settings.ts";
import { Timetable } from "./timetable.ts";

/** WebSocket close codes (RFC 6455 section 7.4). */
export const NORMAL = 1000;
export const POLICY = 1008;
export const INTERNAL = 1011;

export class Connections {
  readonly #realm: Realm;
  readonly #patience: number;
  readonly #backlog: number;
  readonly #now: () => number;
  readonly log: Log;
  /** Session id to the connection that it lives on. */
  readonly #joined = new Map<SessionId, Connection>();
  readonly #outbox: Outbox;
  /** What is due: a reply in the handshake or to GOODBYE, or the end of what a session signed in with. */
  readonly #timetable = new Timetable<Connection>();

  constructor({ realm, settings, now, log }: GatewayPorts) {
    this.#realm = realm;
    this.#patience = settings.patience;
    this.#backlog = settings.backlog;
    this.#now = now;
    this.log = (entry) => log(plain(entry));
    this.#outbox = new Outbox(this.#joined, settings.backlog);
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

  /** A phase begins, and is remembered through sleep. */
  enter(connection: Connection, state: ConnectionState): void {
    const { state: earlier } = connection;
    if (earlier.phase === "joined" && state.phase !== "joined") {
      this.#joined.delete(earlier.identity.session);
      connection.session = undefined;
    }
    this.recall(connection, state);
    connection.peer.remember(connection.memo);
  }

  /** The same for a phase that sleep interrupted: it is remembered already. */
  recall(connection: Connection, state: ConnectionState): void {
    connection.state = state;
    if (state.phase === "joined") this.#joined.set(state.identity.session, connection);
    const due = dueAt(state);
    if (due === undefined) this.#timetable.delete(connection);
    else this.#timetable.set(connection, due);
  }

  /** More waits for this peer than may. */
  isFull(connection: Connection): boolean {
    return this.#outbox.isFull(connection);
  }

  /** One message to one connection, joined or not. */
  send(connection: Connection, message: RouterMessage): void {
    this.#outbox.send(connection, message);
  }

  /** Sends, then lets leave whoever could not be reached, until there is nothing more to say. */
  deliver(deliveries: readonly Delivery[]): void {
    if (deliveries.length === 0) return;
    const undeliverable: Undeliverable[] = [];
    const overflowing: Connection[] = [];
    for (const delivery of deliveries) {
      this.#outbox.deliver(delivery, undeliverable, overflowing);
      if (delivery.message.type === "GOODBYE") this.#dismiss(delivery.to, overflowing);
    }
    for (const { message, to, why } of undeliverable) {
      this.deliver(this.#realm.undeliverable(message, to, why));
    }
    for (const connection of overflowing) this.#evict(connection);
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
    this.#outbox.finish(connection);
    this.enter(connection, { phase: "ended" });
    connection.peer.close(code, reason);
    if (session) this.leave(session);
  }

  /** The transport is gone: there is nothing to close. */
  lose(connection: Connection): void {
    const { session } = connection;
    this.enter(connection, { phase: "ended" });
    if (session) this.leave(session);
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

  /** The end of a turn. Whoever cannot be sent to is lost, which others may have to be told. */
  flush(): void {
    for (let broken = this.#outbox.flush(); broken.size > 0; broken = this.#outbox.flush()) {
      for (const [connection, error] of broken) {
        if (connection.state.phase !== "ended") this.fail(connection, error);
      }
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

  /** A peer that does not read what it is sent: its session ends, so that what it saw has no gap (TRN-21, ORD-20). */
  #evict(connection: Connection): void {
    if (connection.state.phase !== "joined") return;
    const message = `more than ${this.#backlog} octets wait to be read by this client`;
    this.log({ event: "slow_consumer", session: connection.state.identity.session });
    this.#outbox.drop(connection);
    this.send(connection, { type: "GOODBYE", details: { message }, reason: "wamp.close.killed" });
    this.end(connection, POLICY, "slow consumer");
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
