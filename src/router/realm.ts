/**
 * One realm: a session's message goes in, deliveries come out, and that is one turn. The one place where a WampError
 * becomes an ERROR reply. Holds no socket, no timer, no logger, no promise and no randomness of its own.
 */
import { WampError } from "../wamp/error.ts";
import type { ClientMessage, Message } from "../wamp/message.ts";
import { Broker } from "./broker.ts";
import { Dealer } from "./dealer.ts";
import { type Delivery, explanation, NOTHING, reply } from "./delivery.ts";
import { callMeta, type Goodbye, type MetaProcedure, type MetaRealm } from "./meta-procedure.ts";
import { metaProcedures } from "./meta-procedures.ts";
import { sessionDetails } from "./meta-session.ts";
import { park } from "./parking.ts";
import type { PayloadReader } from "./payload-reader.ts";
import { checkRequestId } from "./request-ids.ts";
import { type Identity, Session, type SessionId } from "./session.ts";
import type { RealmSettings } from "./settings.ts";
import type { RealmStore } from "./store.ts";
import { Testaments } from "./testament.ts";

export interface RealmPorts {
  readonly store: RealmStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A random id, uniform in 1..2^53 (ID-03). */
  readonly randomId: () => number;
  readonly settings: RealmSettings;
  readonly reader: PayloadReader;
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
  readonly #testaments: Testaments;
  /** Session id to session. */
  readonly #sessions = new Map<SessionId, Session>();
  /** Procedure URI to procedure: the router's own. */
  readonly #meta: ReadonlyMap<string, MetaProcedure>;
  readonly #metaRealm: MetaRealm;
  /** When a message last changed what only memory holds; undefined while the rows say it all. */
  #unparkedSince: number | undefined;

  constructor(ports: RealmPorts) {
    const { settings, store, reader } = ports;
    this.#ports = ports;
    this.#broker = new Broker(ports);
    this.#dealer = new Dealer({
      ...ports,
      emit: (events) => this.#broker.emit(events),
      meta: (caller, call) => callMeta(this.#metaRealm, this.#meta, { caller, call }),
    });
    this.#testaments = new Testaments({ store, uriRule: settings.uriRule, limits: settings.keep });
    this.#meta = metaProcedures(settings);
    this.#metaRealm = {
      sessions: this.#sessions,
      broker: this.#broker,
      dealer: this.#dealer,
      testaments: this.#testaments,
      settings,
      reader,
      keep: (session) => this.#keep(session),
      kill: (victims, goodbye) => this.#kill(victims, goodbye),
    };
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
      session.identity = row.identity;
      session.lastInvocation = row.lastInvocation;
      session.lastCall = row.lastCall;
    }
    for (const session of this.#sessions.values()) {
      session.lastRequest = undefined;
      if (session.stored === "no") this.#unparkedSince = this.#ports.now();
    }
    const sessionOf = (id: SessionId): Session | undefined => this.#sessions.get(id);
    this.#broker.wake(sessionOf);
    this.#dealer.wake(sessionOf);
    return this.#removeAll(absent, { quietly: false });
  }

  /** An id for a session to come that no live session has (ID-04). */
  newSessionId(): SessionId {
    for (;;) {
      const id = this.#ports.randomId();
      if (!this.#sessions.has(id)) return id;
    }
  }

  /**
   * The session counts as joined from its WELCOME on (SES-21), so the gateway sends that between joining and delivering
   * what follows from it (SMA-02).
   */
  join(identity: Identity): { readonly session: Session; readonly deliveries: readonly Delivery[] } {
    const session = new Session(identity);
    const deliveries = this.#broker.emit([
      { topic: "wamp.session.on_join", args: [sessionDetails(identity)] },
    ]);
    this.#sessions.set(session.id, session);
    this.#unparkedSince = this.#ports.now();
    return { session, deliveries };
  }

  session(id: SessionId): Session | undefined {
    return this.#sessions.get(id);
  }

  /** One message of a joined session. @throws ProtocolViolation, after which the session must leave */
  receive(session: Session, message: RealmMessage): readonly Delivery[] {
    // A store that failed while the session was killed may have left it half way: it must not speak again.
    if (this.#sessions.get(session.id) !== session)
      throw new Error(`session ${session.id} has left the realm`);
    try {
      return this.#route(session, message);
    } catch (error) {
      if (error instanceof WampError) return this.#refuse(session, message, error);
      throw error;
    }
  }

  /** Ends the session, whatever the reason, and publishes its testaments. Doing it twice does nothing more. */
  leave(session: Session): Delivery[] {
    return this.#remove(session, { quietly: false });
  }

  /** A message that could not be written in its receiver's format (SER-12): the call that it belongs to ends. */
  undeliverable(message: Delivery["message"], to: SessionId, why: string): readonly Delivery[] {
    const session = this.#sessions.get(to);
    if (!session) return NOTHING;
    if (message.type === "INVOCATION") return this.#dealer.undeliverable(session, message.request, why);
    if (message.type === "RESULT") return this.#dealer.unanswerable(session, message, why);
    if (message.type !== "ERROR") return NOTHING;
    return [reply(to, { ...message, payload: explanation(why) })];
  }

  /** When `tick` has something to do, in milliseconds since 1970; undefined: nothing is due. */
  nextDeadline(): number | undefined {
    const call = this.#dealer.nextDeadline();
    const quiet = this.#unparkedSince === undefined ? undefined : this.#unparkedSince + PARK_AFTER;
    if (call === undefined || quiet === undefined) return call ?? quiet;
    return Math.min(call, quiet);
  }

  /**
   * Does what is due at `now`: once it is quiet, what sleep would lose is written down; calls whose time is up end. In this
   * order, so that a store that fails takes no answer with it: the calls are still due at the next try.
   */
  tick(now: number): Delivery[] {
    if (this.#unparkedSince !== undefined && this.#unparkedSince + PARK_AFTER <= now) {
      park(this.#sessions.values(), this.#ports.store);
      this.#unparkedSince = undefined;
    }
    return this.#dealer.tick(now);
  }

  #route(session: Session, message: RealmMessage): readonly Delivery[] {
    if ("request" in message && message.type in REQUEST_TYPES) {
      checkRequestId(session, message, this.#ports.settings.requestIdCheck);
    }
    switch (message.type) {
      case "PUBLISH":
        return this.#broker.publish(session, message);
      case "CALL":
        this.#unparkedSince = this.#ports.now();
        return this.#dealer.call(session, message);
      case "YIELD":
        if (message.options.progress === true) this.#unparkedSince = this.#ports.now();
        return this.#dealer.yield(session, message);
      case "ERROR":
        this.#unparkedSince = this.#ports.now(); // the call may move to another callee
        return this.#dealer.error(session, message);
      case "CANCEL":
        this.#unparkedSince = this.#ports.now();
        return this.#dealer.cancel(session, message);
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
      case "EVENT_RECEIVED": // MSG-45: not announced, ignored
        return NOTHING;
    }
  }

  /** LVE-09: calls, registrations, subscriptions, testaments, and then what the meta API tells of it all. */
  #remove(session: Session, { quietly }: { readonly quietly: boolean }): Delivery[] {
    if (!this.#sessions.delete(session.id)) return [];
    const deliveries = this.#dealer.leave(session);
    const events = [
      ...this.#dealer.registrations.leave(session),
      ...this.#broker.subscriptions.leave(session),
    ];
    if (session.stored !== "no") {
      const wills = quietly ? [] : this.#testaments.of(session);
      this.#ports.store.removeSession(session.id);
      for (const { topic, options, payload } of wills) {
        deliveries.push(...this.#broker.publishWill(session, { topic, options, payload }));
      }
    }
    if (!quietly) {
      const { authid, authrole } = session.identity;
      events.push({ topic: "wamp.session.on_leave", args: [session.id, authid, authrole] });
    }
    return [...deliveries, ...this.#broker.emit(events)];
  }

  /** Those that end together leave one after the other; nothing is for one that leaves later. */
  #removeAll(sessions: readonly Session[], how: { readonly quietly: boolean }): Delivery[] {
    return sessions
      .flatMap((session) => this.#remove(session, how))
      .map(({ message, to }) => ({ message, to: to.filter((id) => this.#sessions.has(id)) }))
      .filter(({ to }) => to.length > 0);
  }

  /** SMA-12, SMA-26: their GOODBYE first, then whatever follows from their leaving, for those who stay. */
  #kill(victims: readonly Session[], { reason, message, quietly }: Goodbye): readonly Delivery[] {
    if (victims.length === 0) return NOTHING;
    const details = message === undefined ? {} : { message };
    return [
      { message: { type: "GOODBYE", details, reason }, to: victims.map(({ id }) => id) },
      ...this.#removeAll(victims, { quietly }),
    ];
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
    const { identity, lastInvocation, lastCall } = session;
    this.#ports.store.putSession({ identity, lastInvocation, lastCall });
    session.stored = "yes";
  }
}

type RequestMessage = Extract<RealmMessage, { type: keyof typeof REQUEST_TYPES }>;

function isRequest(message: RealmMessage): message is RequestMessage {
  return message.type in REQUEST_TYPES;
}
