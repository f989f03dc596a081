/**
 * The way in: what a socket brings becomes messages, and a connection goes from HELLO to GOODBYE. The one error boundary:
 * a Refusal becomes ABORT and close, anything else is our own bug, logged, and ends that session only. A connection
 * that waits for something asynchronous queues its own messages and delays nobody else. Long, because the phases and the
 * boundary are one rule and are read together.
 */
import type { AuthMethod, Origin, SignIn, Verdict } from "../auth/method.ts";
import type { Delivery } from "../router/delivery.ts";
import type { Realm, RealmMessage } from "../router/realm.ts";
import type { Identity, Session, SessionId } from "../router/session.ts";
import type { Encoded, Serializer, Subprotocol } from "../serializer/serializer.ts";
import { ProtocolViolation, Refusal } from "../wamp/error.ts";
import { type ClientMessage, type Message, parse } from "../wamp/message.ts";
import { Connection } from "./connection.ts";
import { checkGreeting, checkHello, chooseMethod, type Doorway, identify, welcome } from "./handshake.ts";
import { Outbox, type Undeliverable } from "./outbox.ts";
import type { ConnectionState, Memo, Peer } from "./peer.ts";

export interface GatewaySettings {
  /** Milliseconds from upgrade to HELLO, from CHALLENGE to AUTHENTICATE and from GOODBYE to its reply (TRN-17, SES-55). */
  readonly patience: number;
  /** Octets that may wait for one peer before its session ends (TRN-21). */
  readonly backlog: number;
  /** Octets of a frame before WELCOME: what a stranger may cost. */
  readonly greeting: number;
  /** Messages that may wait while a sign-in is judged. */
  readonly pipelined: number;
}

export const DEFAULT_GATEWAY_SETTINGS: GatewaySettings = {
  patience: 5_000,
  backlog: 1_048_576,
  greeting: 4_096,
  pipelined: 16,
};

export interface GatewayPorts {
  readonly realm: Realm;
  readonly doorway: Doorway;
  readonly serializer: (subprotocol: Subprotocol) => Serializer;
  readonly settings: GatewaySettings;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Takes one entry of the log: plain data without secrets. */
  readonly log: (entry: Readonly<Record<string, unknown>>) => void;
}

/** WebSocket close codes (RFC 6455 section 7.4). */
const NORMAL = 1000;
const POLICY = 1008;
const INTERNAL = 1011;

export class Gateway {
  readonly #ports: GatewayPorts;
  /** Session id to the connection that it lives on. */
  readonly #joined = new Map<SessionId, Connection>();
  /** Connections that must do something by a time; since all have the same patience, the first is the first due. */
  readonly #deadlines = new Map<Connection, number>();
  readonly #outbox: Outbox;

  constructor(ports: GatewayPorts) {
    this.#ports = ports;
    this.#outbox = new Outbox(this.#joined, ports.settings.backlog);
  }

  /** A socket was accepted. Nothing is sent before it says HELLO (SES-01). */
  open(peer: Peer, subprotocol: Subprotocol, origin: Origin): Connection {
    const state: ConnectionState = { phase: "open", deadline: this.#deadline() };
    const connection = new Connection({
      peer,
      origin,
      serializer: this.#ports.serializer(subprotocol),
      state,
    });
    this.#enter(connection, state);
    return connection;
  }

  /** After sleep or a restart: the sockets that are still there with what they remember; every other session leaves. */
  wake(present: Iterable<{ readonly peer: Peer; readonly memo: Memo }>): Connection[] {
    const connections: Connection[] = [];
    const identities: Identity[] = [];
    const due: { connection: Connection; deadline: number }[] = [];
    for (const { peer, memo } of present) {
      const { origin, state, oldSeparator } = memo;
      const unanswered = this.#ports.serializer(memo.subprotocol);
      const serializer = oldSeparator ? unanswered.answering("\u0018") : unanswered;
      const connection = new Connection({ peer, origin, serializer, state });
      connection.oldSeparator = oldSeparator;
      connections.push(connection);
      if (state.phase === "joined") {
        identities.push(state.identity);
        this.#joined.set(state.identity.session, connection);
      } else if (state.phase !== "ended") {
        due.push({ connection, deadline: state.deadline });
      }
    }
    // The platform lists sockets in no order of ours.
    due.sort((one, other) => one.deadline - other.deadline);
    for (const { connection, deadline } of due) this.#deadlines.set(connection, deadline);
    const deliveries = this.#ports.realm.wake(identities);
    for (const { session } of identities) {
      const connection = this.#joined.get(session);
      if (connection) connection.session = this.#ports.realm.session(session);
    }
    this.#turn(() => this.#deliver(deliveries));
    return connections;
  }

  /** One frame. A promise only where an asynchronous step is under way; it never rejects. */
  receive(connection: Connection, frame: string | ArrayBuffer): void | Promise<void> {
    const { phase } = connection.state;
    if (phase === "ended") return;
    let messages: readonly Encoded[];
    try {
      if (phase === "open" || phase === "challenged") {
        checkGreeting(frame, this.#ports.settings.greeting);
      }
      if (connection.oldSeparator === undefined) {
        const answering = connection.serializer.answering(frame);
        connection.oldSeparator = answering !== connection.serializer;
        connection.serializer = answering;
      }
      messages = connection.serializer.split(frame);
      if (connection.waiting) {
        this.#queue(connection, messages);
        return;
      }
    } catch (error) {
      this.#turn(() => this.#fail(connection, error));
      return;
    }
    return this.#drain(connection, messages);
  }

  /** The transport is gone: the session ends like any that leaves (TRN-15). Doing it twice does nothing more. */
  close(connection: Connection): void {
    this.#turn(() => {
      const { session } = connection;
      this.#enter(connection, { phase: "ended" });
      if (session) this.#leave(session);
    });
  }

  /** When `tick` has something to do, in milliseconds since 1970; undefined: nothing is due. */
  nextDeadline(): number | undefined {
    const realm = this.#ports.realm.nextDeadline();
    if (this.#deadlines.size === 0) return realm; // asked after every message
    const first = this.#deadlines.values().next().value;
    if (realm === undefined) return first;
    return first === undefined ? realm : Math.min(first, realm);
  }

  /** Does what is due at `now`. */
  tick(now: number): void {
    this.#turn(() => {
      for (const [connection, deadline] of this.#deadlines) {
        if (deadline > now) break;
        this.#lateFor(connection);
      }
      this.#deliver(this.#ports.realm.tick(now));
    });
  }

  #drain(connection: Connection, messages: readonly Encoded[]): void | Promise<void> {
    let wait: Promise<void> | undefined;
    let taken = 0;
    for (const message of messages) {
      // BAT-08: after a violation the rest of the batch is not processed.
      if (connection.state.phase === "ended") break;
      taken++;
      try {
        wait = this.#take(connection, parse(connection.serializer.decode(message)));
        if (wait) this.#queue(connection, messages.slice(taken));
      } catch (error) {
        this.#fail(connection, error);
      }
      if (wait) break;
    }
    this.#flush();
    return wait && this.#resume(connection, wait);
  }

  /** @throws ProtocolViolation where a connection that has not joined sends more than a stranger may */
  #queue(connection: Connection, messages: readonly Encoded[]): void {
    const { pipelined } = this.#ports.settings;
    for (const message of messages) connection.inbox.push(message);
    if (connection.state.phase !== "joined" && connection.inbox.length > pipelined) {
      connection.inbox = [];
      throw new ProtocolViolation(`before WELCOME ${pipelined} messages may wait`);
    }
  }

  async #resume(connection: Connection, wait: Promise<void>): Promise<void> {
    connection.waiting = true;
    try {
      await wait;
    } catch (error) {
      this.#fail(connection, error);
    }
    connection.waiting = false;
    const { inbox } = connection;
    connection.inbox = [];
    await this.#drain(connection, inbox);
  }

  #take(connection: Connection, message: ClientMessage): Promise<void> | undefined {
    const { state } = connection;
    switch (state.phase) {
      case "joined":
        this.#takeJoined(connection, message);
        return;
      case "open":
        if (message.type === "HELLO") return this.#hello(connection, message);
        if (message.type === "ABORT") return this.#end(connection, NORMAL, "");
        throw new ProtocolViolation(`the first message must be HELLO, not ${message.type}`);
      case "challenged": {
        if (message.type === "ABORT") return this.#end(connection, NORMAL, "");
        if (message.type !== "AUTHENTICATE") {
          throw new ProtocolViolation(
            `a CHALLENGE is answered by AUTHENTICATE or ABORT, not ${message.type}`,
          );
        }
        const method = this.#ports.doorway.methods.find(({ name }) => name === state.method);
        if (!method) throw new Refusal("wamp.error.authentication_failed", `${state.method} is gone`);
        return this.#settle(connection, {
          method,
          signIn: state.signIn,
          verdict: method.verify(state.signIn, state.expects, message),
        });
      }
      case "leaving":
        // SES-53, SES-54: only the reply counts, whatever its reason.
        if (message.type === "GOODBYE" || message.type === "ABORT") this.#end(connection, NORMAL, "");
        return;
      case "ended":
        return;
    }
  }

  #takeJoined(connection: Connection, message: ClientMessage): void {
    const { session } = connection;
    if (!session) throw new Error("a joined connection has no session");
    switch (message.type) {
      case "HELLO":
      case "AUTHENTICATE":
        throw new ProtocolViolation(`${message.type} has no place in an established session`);
      case "ABORT": // SES-35
        this.#end(connection, NORMAL, "");
        return;
      case "GOODBYE": // SES-50, SES-58
        this.#outbox.send(connection, {
          type: "GOODBYE",
          details: {},
          reason: "wamp.close.goodbye_and_out",
        });
        this.#enter(connection, { phase: "open", deadline: this.#deadline() });
        this.#leave(session);
        return;
      default:
        this.#deliver(this.#ports.realm.receive(session, message satisfies RealmMessage));
    }
  }

  #hello(connection: Connection, message: Message<"HELLO">): Promise<void> | undefined {
    if (this.#outbox.isFull(connection)) {
      // TRN-21: each round of HELLO and GOODBYE is answered, and a client that reads none of it must not go on forever.
      this.#ports.log({ event: "slow_consumer", session: undefined });
      return this.#end(connection, POLICY, "slow consumer");
    }
    const { doorway, realm } = this.#ports;
    checkHello(message, doorway);
    const signIn: SignIn = {
      realm: doorway.realm,
      session: realm.newSessionId(),
      origin: connection.origin,
      details: message.details,
    };
    const method = chooseMethod(signIn, doorway);
    return this.#settle(connection, { method, signIn, verdict: method.challenge(signIn) });
  }

  /** Acts on a verdict, now or when it comes. */
  #settle(
    connection: Connection,
    { method, signIn, verdict }: { method: AuthMethod; signIn: SignIn; verdict: Verdict | Promise<Verdict> },
  ): Promise<void> | undefined {
    if (verdict instanceof Promise) {
      return verdict.then((settled) => {
        // The socket may have gone, or the patience ended, while we waited.
        if (connection.state.phase !== "ended") this.#admit(connection, method, { signIn, verdict: settled });
      });
    }
    this.#admit(connection, method, { signIn, verdict });
    return undefined;
  }

  #admit(
    connection: Connection,
    method: AuthMethod,
    { signIn, verdict }: { signIn: SignIn; verdict: Verdict },
  ): void {
    if ("challenge" in verdict) {
      const { extra, expects } = verdict.challenge;
      const deadline = this.#deadline();
      this.#enter(connection, { phase: "challenged", deadline, method: method.name, signIn, expects });
      this.#outbox.send(connection, { type: "CHALLENGE", authmethod: method.name, extra });
      return;
    }
    const identity = identify(signIn, method.name, verdict.principal);
    const { session, deliveries } = this.#ports.realm.join(identity);
    connection.session = session;
    this.#joined.set(identity.session, connection);
    this.#enter(connection, { phase: "joined", identity });
    this.#outbox.send(connection, welcome(this.#ports.doorway, identity));
    this.#deliver(deliveries);
  }

  /** Sends, then lets leave whoever could not be reached, until there is nothing more to say. */
  #deliver(deliveries: readonly Delivery[]): void {
    if (deliveries.length === 0) return;
    const undeliverable: Undeliverable[] = [];
    const overflowing: Connection[] = [];
    for (const delivery of deliveries) {
      this.#outbox.deliver(delivery, undeliverable, overflowing);
      if (delivery.message.type === "GOODBYE") this.#dismiss(delivery.to, overflowing);
    }
    for (const { message, to, why } of undeliverable) {
      this.#deliver(this.#ports.realm.undeliverable(message, to, why));
    }
    for (const connection of overflowing) this.#evict(connection);
  }

  /** The realm said GOODBYE: the session is over, its client has yet to answer (SES-53). Who did not get it is evicted. */
  #dismiss(sessions: readonly SessionId[], overflowing: readonly Connection[]): void {
    for (const id of sessions) {
      const connection = this.#joined.get(id);
      if (!connection || overflowing.includes(connection)) continue;
      this.#enter(connection, { phase: "leaving", deadline: this.#deadline() });
    }
  }

  /** A peer that does not read what it is sent: its session ends, so that what it saw has no gap (TRN-21, ORD-20). */
  #evict(connection: Connection): void {
    if (connection.state.phase !== "joined") return;
    const message = `more than ${this.#ports.settings.backlog} octets wait to be read by this client`;
    this.#ports.log({ event: "slow_consumer", session: connection.state.identity.session });
    this.#outbox.drop(connection);
    this.#outbox.send(connection, { type: "GOODBYE", details: { message }, reason: "wamp.close.killed" });
    this.#end(connection, POLICY, "slow consumer");
  }

  /** The one error boundary (SES-40, SES-41). */
  #fail(connection: Connection, error: unknown): void {
    const { phase } = connection.state;
    const session = connection.session?.id;
    if (!(error instanceof Refusal)) this.#report(error, session);
    // Nothing follows the end, nor the router's own GOODBYE (SES-51, SES-53).
    if (phase === "ended" || phase === "leaving") return;
    if (error instanceof Refusal) {
      const { reason, message } = error;
      this.#ports.log({ event: "abort", session, reason, message });
      this.#abort(connection, error);
    } else if (phase === "joined") {
      this.#end(connection, INTERNAL, "internal error of the router");
    } else {
      // AUT-07: whom we cannot judge we do not admit.
      const text = "the router failed; its log says why";
      this.#abort(connection, new Refusal("wamp.error.authentication_failed", text, INTERNAL));
    }
  }

  #abort(connection: Connection, { reason, message, closeCode }: Refusal): void {
    this.#outbox.send(connection, { type: "ABORT", details: { message }, reason, payload: undefined });
    this.#end(connection, closeCode, reason);
  }

  #report(error: unknown, session: SessionId | undefined): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#ports.log({ event: "fault", session, error: text });
  }

  #lateFor(connection: Connection): void {
    if (connection.waiting || connection.state.phase === "challenged") {
      const text = connection.waiting ? "the sign-in was not judged in time" : "no AUTHENTICATE came in time";
      this.#fail(connection, new Refusal("wamp.error.authentication_failed", text));
      return;
    }
    this.#end(connection, POLICY, connection.state.phase === "open" ? "no HELLO came in time" : "");
  }

  /** Closes and forgets the connection, once what it is owed was sent (TRN-22); its session leaves. */
  #end(connection: Connection, code: number, reason: string): undefined {
    const { session } = connection;
    this.#outbox.finish(connection);
    this.#enter(connection, { phase: "ended" });
    connection.peer.close(code, reason);
    if (session) this.#leave(session);
  }

  /** What follows when a session is over. A fault there is logged and goes no further: nothing is left to end. */
  #leave(session: Session): void {
    try {
      this.#deliver(this.#ports.realm.leave(session));
    } catch (error) {
      this.#report(error, session.id);
    }
  }

  #enter(connection: Connection, state: ConnectionState): void {
    if (connection.state.phase === "joined" && state.phase !== "joined") {
      this.#joined.delete(connection.state.identity.session);
      connection.session = undefined;
    }
    connection.state = state;
    this.#deadlines.delete(connection);
    if ("deadline" in state) this.#deadlines.set(connection, state.deadline);
    connection.peer.remember(connection.memo);
  }

  #deadline(): number {
    return this.#ports.now() + this.#ports.settings.patience;
  }

  #turn(work: () => void): void {
    try {
      work();
    } finally {
      this.#flush();
    }
  }

  /** The end of a turn. Whoever cannot be sent to is lost, which others may have to be told. */
  #flush(): void {
    for (let broken = this.#outbox.flush(); broken.size > 0; broken = this.#outbox.flush()) {
      for (const [connection, error] of broken) {
        if (connection.state.phase !== "ended") this.#fail(connection, error);
      }
    }
  }
}
