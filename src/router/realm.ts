/**
 * One realm: a session's message goes in, deliveries come out, and that is one turn. The one place where a WampError
 * becomes an ERROR reply. Holds no socket, no timer, no logger, no promise and no randomness of its own.
 */
import { WampError } from "../wamp/error.ts";
import type { ClientMessage, Message } from "../wamp/message.ts";
import type { UriRule } from "../wamp/uri.ts";
import { Broker } from "./broker.ts";
import { Dealer } from "./dealer.ts";
import { type Delivery, explanation, NOTHING, reply } from "./delivery.ts";
import { checkRequestId, type RequestIdCheck } from "./request-ids.ts";
import { type Identity, Session, type SessionId } from "./session.ts";
import type { RealmStore } from "./store.ts";

export interface RealmSettings {
  /** Which URI grammar applies (URI-02). Default `loose`. */
  readonly uriRule: UriRule;
  /** How strictly request ids are checked (ID-10). Default `off`. */
  readonly requestIdCheck: RequestIdCheck;
}

export const DEFAULT_REALM_SETTINGS: RealmSettings = { uriRule: "loose", requestIdCheck: "off" };

export interface RealmPorts {
  readonly store: RealmStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A random id, uniform in 1..2^53 (ID-03). */
  readonly randomId: () => number;
  readonly settings: RealmSettings;
}

/** What a joined session may say to its realm; the rest is between it and the gateway. */
export type RealmMessage = Exclude<
  ClientMessage,
  Message<"HELLO"> | Message<"ABORT"> | Message<"AUTHENTICATE"> | Message<"GOODBYE">
>;

/** Request type to type code, for ERROR (ERR-38). */
const REQUEST_TYPES = { PUBLISH: 16, SUBSCRIBE: 32, UNSUBSCRIBE: 34, CALL: 48, REGISTER: 64, UNREGISTER: 66 };

/** Milliseconds of quiet after which the realm writes down what it would forget asleep: less than sleep's ten seconds. */
export const PARK_AFTER = 5_000;

export class Realm {
  readonly #ports: RealmPorts;
  readonly #broker: Broker;
  readonly #dealer: Dealer;
  /** Session id to session. */
  readonly #sessions = new Map<SessionId, Session>();
  /** When a message last changed what only memory holds; undefined while the rows say it all. */
  #unparkedSince: number | undefined;

  constructor(ports: RealmPorts) {
    this.#ports = ports;
    const { uriRule } = ports.settings;
    this.#broker = new Broker({ ...ports, uriRule });
    this.#dealer = new Dealer({ ...ports, uriRule });
  }

  /**
   * Restores the realm from its rows after sleep or a restart. `present` are the sessions whose sockets are still there;
   * every other stored session leaves, with what follows from that.
   */
  wake(present: Iterable<Identity>): Delivery[] {
    const { store } = this.#ports;
    for (const identity of present) this.#sessions.set(identity.session, new Session(identity));
    const absent: Session[] = [];
    for (const row of store.sessions()) {
      let session = this.#sessions.get(row.identity.session);
      if (!session) {
        session = new Session(row.identity);
        this.#sessions.set(session.id, session);
        absent.push(session);
      }
      session.stored = "yes";
      session.lastInvocation = row.lastInvocation;
    }
    for (const session of this.#sessions.values()) {
      session.lastRequest = undefined;
      if (session.stored === "no") this.#unparkedSince = this.#ports.now();
    }
    const sessionOf = (id: SessionId): Session | undefined => this.#sessions.get(id);
    this.#broker.wake(store.subscriptions(), store.subscribers(), sessionOf);
    this.#dealer.wake(store.registrations(), store.callees(), sessionOf);
    this.#dealer.wakeCalls(store.invocations(), sessionOf);
    // Those that vanished together leave one after the other; nothing is for one that leaves later.
    return absent
      .flatMap((session) => this.leave(session))
      .map(({ message, to }) => ({ message, to: to.filter((id) => this.#sessions.has(id)) }))
      .filter(({ to }) => to.length > 0);
  }

  /** An id for a session to come that no live session has (ID-04). */
  newSessionId(): SessionId {
    for (;;) {
      const id = this.#ports.randomId();
      if (!this.#sessions.has(id)) return id;
    }
  }

  /** The session counts as joined from its WELCOME on (SES-21): send that first. */
  join(identity: Identity): Session {
    const session = new Session(identity);
    this.#sessions.set(session.id, session);
    this.#unparkedSince = this.#ports.now();
    return session;
  }

  session(id: SessionId): Session | undefined {
    return this.#sessions.get(id);
  }

  /** One message of a joined session. @throws ProtocolViolation, after which the session must leave */
  receive(session: Session, message: RealmMessage): readonly Delivery[] {
    try {
      return this.#route(session, message);
    } catch (error) {
      if (error instanceof WampError) return this.#refuse(session, message, error);
      throw error;
    }
  }

  /** Ends the session, whatever the reason. Doing it twice does nothing more. */
  leave(session: Session): Delivery[] {
    if (!this.#sessions.delete(session.id)) return [];
    const deliveries = this.#dealer.leave(session);
    this.#broker.leave(session);
    if (session.stored !== "no") this.#ports.store.removeSession(session.id);
    return deliveries;
  }

  /** A message that could not be written in its receiver's format (SER-12): the call that it belongs to ends. */
  undeliverable(message: Delivery["message"], to: SessionId, why: string): readonly Delivery[] {
    const session = this.#sessions.get(to);
    if (!session) return NOTHING;
    if (message.type === "INVOCATION") return this.#dealer.undeliverable(session, message.request, why);
    if (message.type !== "RESULT" && message.type !== "ERROR") return NOTHING;
    const error = message.type === "ERROR" ? message.error : "wamp.error.invalid_argument";
    const requestType = message.type === "ERROR" ? message.requestType : REQUEST_TYPES.CALL;
    const { request } = message;
    return [
      reply(to, { type: "ERROR", requestType, request, details: {}, error, payload: explanation(why) }),
    ];
  }

  /** When `tick` has something to do, in milliseconds since 1970; undefined: nothing is due. */
  nextDeadline(): number | undefined {
    return this.#unparkedSince === undefined ? undefined : this.#unparkedSince + PARK_AFTER;
  }

  /** Does what is due at `now`: once the realm has been quiet, writes down what sleep would lose. */
  tick(now: number): Delivery[] {
    const due = this.nextDeadline();
    if (due !== undefined && due <= now) this.#park();
    return [];
  }

  #route(session: Session, message: RealmMessage): readonly Delivery[] {
    if ("request" in message && message.type in REQUEST_TYPES) {
      checkRequestId(session, message.request, this.#ports.settings.requestIdCheck);
    }
    switch (message.type) {
      case "PUBLISH":
        return this.#broker.publish(session, message);
      case "CALL":
        this.#unparkedSince = this.#ports.now();
        return this.#dealer.call(session, message);
      case "YIELD":
        return this.#dealer.yield(session, message);
      case "ERROR":
        return this.#dealer.error(session, message);
      case "SUBSCRIBE":
        this.#keep(session);
        return this.#broker.subscribe(session, message);
      case "UNSUBSCRIBE":
        return this.#broker.unsubscribe(session, message);
      case "REGISTER":
        this.#keep(session);
        return this.#dealer.register(session, message);
      case "UNREGISTER":
        return this.#dealer.unregister(session, message);
      case "CANCEL": // not announced: nothing can be canceled
      case "EVENT_RECEIVED": // MSG-45: not announced, ignored
        return NOTHING;
    }
  }

  /** BRK-11: a PUBLISH without acknowledge never gets a reply. */
  #refuse(session: Session, message: RealmMessage, { uri, message: text }: WampError): readonly Delivery[] {
    if (message.type === "PUBLISH" && message.options.acknowledge !== true) return NOTHING;
    if (!isRequest(message)) return NOTHING;
    const { request } = message;
    const requestType = REQUEST_TYPES[message.type];
    const payload = explanation(text);
    return [reply(session.id, { type: "ERROR", requestType, request, details: {}, error: uri, payload })];
  }

  /** Whoever holds rows has a row itself, so that it can be made to leave when its socket is gone. */
  #keep(session: Session): void {
    if (session.stored !== "no") return;
    this.#ports.store.putSession({ identity: session.identity, lastInvocation: session.lastInvocation });
    session.stored = "yes";
  }

  #park(): void {
    const { store } = this.#ports;
    for (const session of this.#sessions.values()) {
      if (session.stored !== "yes") {
        store.putSession({ identity: session.identity, lastInvocation: session.lastInvocation });
        session.stored = "yes";
      }
      for (const invocation of session.invocations.values()) {
        if (invocation.parked) continue;
        const { id, request, caller } = invocation;
        store.addInvocation({ callee: session.id, id, caller: caller.id, request });
        invocation.parked = true;
      }
    }
    this.#unparkedSince = undefined;
  }
}

type RequestMessage = Extract<RealmMessage, { type: keyof typeof REQUEST_TYPES }>;

function isRequest(message: RealmMessage): message is RequestMessage {
  return message.type in REQUEST_TYPES;
}
