/**
 * The way in: what a socket brings becomes messages, and a connection goes from HELLO to GOODBYE. A connection that waits for
 * something asynchronous queues its own messages and delays nobody else. How sessions end stands in connections.ts, how
 * they begin in reception.ts, what joined sessions say in floor.ts.
 */
import type { Origin } from "../auth/method.ts";
import { LIMIT_EXCEEDED } from "../router/limits.ts";
import type { Arguments } from "../router/payload-reader.ts";
import type { Identity } from "../router/session.ts";
import type { Encoded, Subprotocol } from "../serializer/serializer.ts";
import { ProtocolViolation, Refusal } from "../wamp/error.ts";
import { type ClientMessage, parse } from "../wamp/message.ts";
import { termsOf } from "./admission.ts";
import { answerOf } from "./asking.ts";
import { EXPIRED, type Goodbye, KILLED, SILENT } from "./closing.ts";
import { Connection } from "./connection.ts";
import { Connections, NORMAL, POLICY } from "./connections.ts";
import { Floor } from "./floor.ts";
import { checkGreeting } from "./handshake.ts";
import type { Memo, Peer } from "./peer.ts";
import { Reception } from "./reception.ts";
import type { GatewayPorts } from "./settings.ts";

export { DEFAULT_GATEWAY_SETTINGS, type GatewayPorts, type GatewaySettings } from "./settings.ts";

/** A session as those in charge of the realm see it. */
export interface Listed
  extends Pick<Identity, "session" | "authid" | "authrole" | "authmethod" | "authprovider"> {
  /** When it was welcomed, in milliseconds since 1970. */
  readonly joined: number;
}

export class Gateway {
  readonly #ports: GatewayPorts;
  readonly #connections: Connections;
  readonly #reception: Reception;
  readonly #floor: Floor;

  constructor(ports: GatewayPorts) {
    this.#ports = ports;
    this.#connections = new Connections(ports);
    this.#reception = new Reception(ports, this.#connections);
    this.#floor = new Floor(ports, this.#connections, this.#reception.rates);
  }

  /** A socket was accepted. Nothing is sent before it says HELLO (SES-01). */
  open(peer: Peer, subprotocol: Subprotocol, origin: Origin): Connection {
    const deadline = this.#connections.deadline();
    const serializer = this.#ports.serializer(subprotocol);
    const connection = new Connection({ peer, origin, serializer, state: { phase: "open", deadline } });
    this.#connections.turn(() => this.#connections.open(connection));
    return connection;
  }

  /** After sleep or a restart: the sockets that are still there with what they remember; every other session leaves. */
  wake(present: Iterable<{ readonly peer: Peer; readonly memo: Memo }>): Connection[] {
    const { realm, serializer } = this.#ports;
    const connections: Connection[] = [];
    const identities: Identity[] = [];
    for (const { peer, memo } of present) {
      const { origin, state, oldSeparator } = memo;
      const unanswered = serializer(memo.subprotocol);
      const answering = oldSeparator ? unanswered.answering("\u0018") : unanswered;
      const connection = new Connection({ peer, origin, serializer: answering, state });
      connection.oldSeparator = oldSeparator;
      connection.noted = memo.heard;
      connections.push(connection);
      if (state.phase === "joined") identities.push(state.identity);
      if (state.phase === "challenged") connection.claimed = state.signIn.details.authid;
      this.#connections.recall(connection, state);
      this.#connections.liveness?.recall(connection);
    }
    const deliveries = realm.wake(identities);
    for (const [session, connection] of this.#connections.joined) {
      connection.session = realm.session(session);
      connection.meter = connection.session && this.#reception.rates.meter(connection.session.identity);
    }
    this.#connections.turn(() => {
      this.#connections.deliver(deliveries);
      const message = "its role or its principal is gone";
      this.#end((identity) => !this.#isWelcome(identity), { reason: KILLED, message });
    });
    return connections;
  }

  /** One frame. A promise only where an asynchronous step is under way; it never rejects. */
  receive(connection: Connection, frame: string | ArrayBuffer): void | Promise<void> {
    this.#connections.relieve();
    const { phase } = connection.state;
    if (phase === "ended") return;
    let messages: readonly Encoded[];
    try {
      this.#connections.liveness?.heard(connection);
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
      this.#connections.turn(() => this.#connections.fail(connection, error));
      return;
    }
    const wait = this.#takeAll(connection, messages);
    return wait && this.#resume(connection, wait);
  }

  /**
   * The transport is gone, `closed` by a close frame or `cut`: the session ends like any that leaves (TRN-15). Doing it twice
   * does nothing more.
   */
  close(connection: Connection, how: "closed" | "cut" = "cut"): void {
    this.#connections.turn(() => this.#connections.lose(connection, how));
  }

  /** When `tick` has something to do, in milliseconds since 1970; undefined: nothing is due. Asked after every message. */
  nextDeadline(): number | undefined {
    const realm = this.#ports.realm.nextDeadline();
    const first = sooner(this.#connections.next(), this.#connections.liveness?.next());
    return sooner(first, realm);
  }

  /** Until when sleep would lose something that `tick` has yet to write down; undefined: it would lose nothing. */
  get awakeUntil(): number | undefined {
    return this.#ports.realm.awakeUntil;
  }

  /** Does what is due at `now`. */
  tick(now: number): void {
    const connections = this.#connections;
    connections.relieve();
    connections.turn(() => {
      for (let late = connections.takeDue(now); late; late = connections.takeDue(now)) {
        try {
          this.#lateFor(late);
        } catch (error) {
          connections.fail(late, error);
        }
      }
      this.#endSilent(now);
      connections.deliver(this.#ports.realm.tick(now));
    });
  }

  /**
   * The router calls a procedure of the realm. Rejects with a WampError: no_such_procedure, timeout, canceled, or what
   * the procedure answered. @param timeout milliseconds
   */
  ask(
    procedure: string,
    args: readonly unknown[],
    timeout = this.#ports.settings.answer,
  ): Promise<Arguments> {
    const { realm, rearm } = this.#ports;
    return new Promise<Arguments>((resolve, reject) => {
      this.#connections.turn(() => {
        const deliveries = realm.ask(procedure, {
          args,
          timeout,
          answered: (outcome) => {
            try {
              resolve(answerOf(outcome));
            } catch (error) {
              reject(error);
            }
          },
        });
        this.#connections.deliver(deliveries);
      });
      rearm?.();
    });
  }

  /** The joined sessions, in no particular order. */
  sessions(): Listed[] {
    const listed: Listed[] = [];
    for (const { session: one, state } of this.#connections.joined.values()) {
      if (!one || state.phase !== "joined") continue;
      const { session, authid, authrole, authmethod, authprovider } = one.identity;
      listed.push({ session, authid, authrole, authmethod, authprovider, joined: state.since });
    }
    return listed;
  }

  /** Ends sessions at once, with what follows from their leaving. Returns how many. */
  end(which: (identity: Identity) => boolean, goodbye: Goodbye): number {
    let ended = 0;
    this.#connections.turn(() => {
      ended = this.#end(which, goodbye);
    });
    this.#ports.rearm?.();
    return ended;
  }

  /** What batched peers are owed leaves now, for their sockets are about to be closed. */
  flush(): void {
    this.#connections.flushNow();
  }

  /** The permissions changed: what sessions may not hold any more is taken from them. */
  reconsider(): void {
    this.#connections.turn(() => this.#connections.deliver(this.#ports.realm.reconsider()));
    this.#ports.rearm?.();
  }

  #end(which: (identity: Identity) => boolean, goodbye: Goodbye): number {
    const { realm } = this.#ports;
    const victims = [...realm.sessions].filter(({ identity }) => which(identity));
    for (const { id } of victims) this.#connections.log({ event: "ended", session: id, ...goodbye });
    this.#connections.deliver(realm.dismiss(victims, goodbye));
    return victims.length;
  }

  #isWelcome(identity: Identity): boolean {
    const { doorway, stillWelcome } = this.#ports;
    return termsOf(identity.authrole, doorway) !== undefined && (stillWelcome?.(identity) ?? true);
  }

  /** Returns a promise where a message, or room for more, must be waited for; those after it then wait in the inbox. */
  #takeAll(connection: Connection, messages: readonly Encoded[]): Promise<void> | undefined {
    let wait: Promise<void> | undefined;
    let taken = 0;
    for (const message of messages) {
      // BAT-08: after a violation the rest of the batch is not processed.
      if (connection.state.phase === "ended") break;
      if (taken > 0) wait = this.#connections.breathe();
      if (wait) {
        this.#connections.queue(connection, messages.slice(taken)); // it was taken in already: no limit is asked
        break;
      }
      taken++;
      try {
        wait = this.#take(connection, parse(connection.serializer.decode(message, connection.headers)));
        if (wait) this.#queue(connection, messages.slice(taken));
      } catch (error) {
        this.#connections.fail(connection, error);
      }
      if (wait) break;
    }
    this.#connections.flush();
    return wait;
  }

  /** @throws Refusal where more waits than may */
  #queue(connection: Connection, messages: readonly Encoded[]): void {
    const connections = this.#connections;
    const { pipelined, waiting, totalWaiting } = this.#ports.settings;
    if (connection.state.phase === "ended") return;
    if (isCalledOff(connection, messages)) {
      connections.end(connection, NORMAL, "");
      return;
    }
    connections.queue(connection, messages);
    if (connections.inboxOctets > totalWaiting) {
      connections.takeInbox(connection);
      const text = `the limit of waiting messages of all sessions together is ${totalWaiting} octets: try again later`;
      throw new Refusal(LIMIT_EXCEEDED, text, POLICY);
    }
    if (connection.state.phase !== "joined") {
      if (connection.inbox.length <= pipelined) return;
      connections.takeInbox(connection);
      throw new ProtocolViolation(`before WELCOME ${pipelined} messages may wait`);
    }
    if (connection.inbox.length <= waiting.messages && connection.inboxOctets <= waiting.octets) return;
    connections.takeInbox(connection);
    const limit = `${waiting.messages} messages or ${waiting.octets} octets may wait while an earlier one is decided`;
    throw new Refusal(LIMIT_EXCEEDED, `the limit of waiting messages: ${limit}; wait for its answer`, POLICY);
  }

  /** Goes on with what came meanwhile, until nothing has to be waited for. */
  async #resume(connection: Connection, first: Promise<void>): Promise<void> {
    connection.waiting = true;
    for (let wait: Promise<void> | undefined = first; wait; ) {
      try {
        await wait;
      } catch (error) {
        this.#connections.fail(connection, error);
      }
      wait = this.#takeAll(connection, this.#connections.takeInbox(connection));
    }
    connection.waiting = false;
  }

  #take(connection: Connection, message: ClientMessage): Promise<void> | undefined {
    const { state } = connection;
    switch (state.phase) {
      case "joined":
        return this.#floor.take(connection, message);
      case "open":
        if (message.type === "HELLO") return this.#reception.hello(connection, message);
        if (message.type === "ABORT") return this.#connections.end(connection, NORMAL, "");
        throw new ProtocolViolation(`the first message must be HELLO, not ${message.type}`);
      case "challenged":
        if (message.type === "AUTHENTICATE") return this.#reception.authenticate(connection, state, message);
        if (message.type === "ABORT") return this.#connections.end(connection, NORMAL, "");
        throw new ProtocolViolation(`a CHALLENGE is answered by AUTHENTICATE or ABORT, not ${message.type}`);
      case "leaving":
        // SES-53, SES-54: only the reply counts, whatever its reason.
        if (message.type === "GOODBYE" || message.type === "ABORT")
          this.#connections.end(connection, NORMAL, "");
        return;
      case "ended":
        return;
    }
  }

  #endSilent(now: number): void {
    const { silence = Number.POSITIVE_INFINITY } = this.#ports.settings;
    const silent = this.#connections.liveness?.takeSilent(now) ?? [];
    if (silent.length === 0) return;
    const victims = silent.flatMap(({ session }) => session ?? []);
    for (const { id, identity } of victims) {
      this.#connections.log({ event: "silent", session: id, authid: identity.authid });
    }
    const message = `nothing was heard of this session for ${silence / 1_000} seconds`;
    this.#connections.deliver(this.#ports.realm.dismiss(victims, { reason: SILENT, message }));
  }

  #lateFor(connection: Connection): void {
    const { state, session, waiting } = connection;
    if (state.phase === "joined") {
      const message = "what this session signed in with has expired: sign in again with something new";
      if (session)
        this.#connections.deliver(this.#ports.realm.dismiss([session], { reason: EXPIRED, message }));
      return;
    }
    if (
      (state.phase === "open" || state.phase === "challenged") &&
      this.#connections.wereMany(state.deadline)
    ) {
      this.#connections.sendAway(connection);
      return;
    }
    if (state.phase !== "leaving" && (waiting || state.phase === "challenged")) {
      const text = waiting ? "the sign-in was not judged in time" : "no AUTHENTICATE came in time";
      this.#connections.fail(connection, new Refusal("wamp.error.authentication_failed", text));
      return;
    }
    this.#connections.end(connection, POLICY, state.phase === "open" ? "no HELLO came in time" : "");
  }
}

/** SES-34: whoever says ABORT while its sign-in is judged is not welcomed first. */
function isCalledOff({ state, serializer }: Connection, messages: readonly Encoded[]): boolean {
  if (state.phase !== "open" && state.phase !== "challenged") return false;
  return messages.some((message) => {
    try {
      return parse(serializer.decode(message)).type === "ABORT";
    } catch (error) {
      if (error instanceof Refusal) return false; // it is refused in its turn
      throw error;
    }
  });
}

function sooner(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
