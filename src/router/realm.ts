/**
 * One realm: a session's message goes in, deliveries come out, and that is one turn. The one place where a WampError
 * becomes an ERROR reply. Holds no socket, no timer, no logger, no promise and no randomness of its own.
 */
import { WampError } from "../wamp/error.ts";
import type { ClientMessage, Message } from "../wamp/message.ts";
import { isReserved } from "../wamp/uri.ts";
import { type May, Undecided } from "./authorization.ts";
import { Broker } from "./broker.ts";
import { Dealer } from "./dealer.ts";
import { type Delivery, explanation, NOTHING, reply } from "./delivery.ts";
import { Inquiries, type Inquiry } from "./inquiries.ts";
import { defaultLimits } from "./limits.ts";
import { callMeta, type Goodbye, type MetaProcedure, type MetaRealm } from "./meta-procedure.ts";
import { metaFinder } from "./meta-procedures.ts";
import { sessionDetails } from "./meta-session.ts";
import { attempt, Owed } from "./owed.ts";
import { park } from "./parking.ts";
import type { PayloadReader } from "./payload-reader.ts";
import { checkRequestId, forgetIds, noteId } from "./request-ids.ts";
import { reconsider } from "./revocation.ts";
import { Roster, type Sessions } from "./roster.ts";
import { type Identity, Session, type SessionId } from "./session.ts";
import type { RealmSettings } from "./settings.ts";
import type { RealmStore, TestamentRow } from "./store.ts";
import { Testaments } from "./testament.ts";
import { Writing } from "./writing.ts";

export interface RealmPorts {
  readonly store: RealmStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A random id, uniform in 1..2^53 (ID-03). */
  readonly randomId: () => number;
  /** Makes the pattern tables' hashes nobody's to foresee: a random integer in 1..2^53 (S14). */
  readonly patternKey?: number;
  readonly settings: RealmSettings;
  readonly reader: PayloadReader;
  readonly may: May;
  /** Told what the store refused: who asked hears only that it did, and who leaves hears nothing. `tick` tries again. */
  readonly fault: (error: unknown, session: SessionId | undefined) => void;
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

/**
 * The same after calls that come alone and have ended: to stay awake for longer would cost more than the rows do. Calls that go
 * on coming are waited for, since to write after each of them would cost more than to stay awake.
 */
export const PARK_SOON = 500;
/** Milliseconds without a call after which the next ones come alone. */
const ALONE = 10_000;

export class Realm {
  readonly #ports: RealmPorts;
  readonly #broker: Broker;
  readonly #dealer: Dealer;
  readonly #testaments: Testaments;
  readonly #inquiries: Inquiries;
  readonly #roster = new Roster();
  /** The router's own procedures by their URIs. */
  readonly #meta: (procedure: string) => MetaProcedure;
  readonly #metaRealm: MetaRealm;
  readonly #owed: Owed;
  /** The session that is being removed. */
  #leaving: SessionId | undefined;
  /** When a message last changed what only memory holds; undefined while the rows say it all. */
  #unparkedSince: number | undefined;
  /** When what is parked of calls last changed, and when the first such change was of those that came with it. */
  #changedAt = Number.NEGATIVE_INFINITY;
  #burstAt = Number.NEGATIVE_INFINITY;
  /** Whether sleep would lose something by then. Who joined is remembered without its row as long as its socket is there. */
  #forgets = false;

  constructor(ports: RealmPorts) {
    const { settings, store, reader, may, fault } = ports;
    this.#ports = ports;
    this.#owed = new Owed((error) => {
      this.#unparkedSince ??= ports.now();
      fault(error, this.#leaving);
    });
    const writing = new Writing({
      store,
      fault: (error, session = this.#leaving) => fault(error, session),
    });
    const shared = { ...ports, owed: this.#owed, limits: settings.limits ?? defaultLimits, writing };
    this.#broker = new Broker(shared);
    this.#dealer = new Dealer({
      ...shared,
      emit: (events) => this.#broker.emit(events),
      meta: (caller, call) => callMeta(this.#metaRealm, this.#meta, { caller, call }),
    });
    this.#inquiries = new Inquiries(this.#dealer, reader);
    this.#testaments = new Testaments({
      store,
      uriRule: settings.uriRule,
      limits: settings.keep,
      may,
      writing,
    });
    this.#meta = metaFinder(settings);
    this.#metaRealm = {
      roster: this.#roster,
      broker: this.#broker,
      dealer: this.#dealer,
      testaments: this.#testaments,
      settings,
      reader,
      may,
      dismiss: (victims, goodbye) => this.dismiss(victims, goodbye),
      recall: () => this.#recall(),
      rename: (session, identity) => {
        // At once: whose role was taken away must not have it back because the alarm rang late (SMA-29).
        const { lastInvocation, lastCall } = session;
        writing.write(session, () => store.putSession({ identity, lastInvocation, lastCall }));
        session.stored = "yes";
        this.#roster.rename(session, identity);
      },
      reconsider: (sessions) => this.reconsider(sessions),
    };
  }

  /**
   * Restores the realm from its rows after sleep or a restart. `present` are the sessions whose sockets are still there;
   * every other stored session leaves, with what follows from that.
   */
  wake(present: Iterable<Identity>): Delivery[] {
    const { store } = this.#ports;
    for (const identity of present) this.#roster.add(new Session(identity));
    const absent: Session[] = [];
    for (const { session: id, lastInvocation, lastCall, renamed } of store.sessions()) {
      let session = this.#roster.get(id);
      if (!session) {
        session = new Session(store.identity(id));
        this.#roster.add(session);
        absent.push(session);
      } else if (renamed) this.#roster.rename(session, store.identity(id));
      session.stored = "yes";
      session.lastInvocation = lastInvocation;
      session.lastCall = lastCall;
    }
    for (const session of this.#roster) {
      session.lastRequest = undefined;
      forgetIds(session);
      if (session.stored === "no") this.#unparkedSince = this.#ports.now();
    }
    const sessionOf = (id: SessionId): Session | undefined => this.#roster.get(id);
    this.#broker.wake(sessionOf);
    this.#dealer.wake(sessionOf);
    return this.#removeAll(absent, { quietly: false });
  }

  /** An id for a session to come that no live session has (ID-04). */
  newSessionId(): SessionId {
    for (;;) {
      const id = this.#ports.randomId();
      if (!this.#roster.has(id)) return id;
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
    this.#roster.add(session);
    this.#unparkedSince = this.#ports.now();
    return { session, deliveries };
  }

  session(id: SessionId): Session | undefined {
    return this.#roster.get(id);
  }

  /** Who is here, without the router itself. */
  get sessions(): Sessions {
    return this.#roster;
  }

  /** The live sessions of one principal, in the order in which they joined. */
  sessionsOf(authid: string): readonly Session[] {
    return this.#roster.withAuthid(authid);
  }

  /**
   * One message of a joined session.
   * @throws ProtocolViolation, after which the session must leave
   * @throws Undecided, after which the realm is as it was: the same message may be given again, or dropped (AZN-14)
   */
  receive(session: Session, message: RealmMessage): readonly Delivery[] {
    // A store that failed while the session was killed may have left it half way: it must not speak again.
    if (!session.present) throw new Error(`session ${session.id} has left the realm`);
    const { lastRequest, highestRequest, passedOver, lastCall, stored } = session;
    const unparkedSince = this.#unparkedSince;
    const changedAt = this.#changedAt;
    const forgets = this.#forgets;
    try {
      return this.#inquiries.intercept(this.#route(session, message));
    } catch (error) {
      if (error instanceof WampError) return this.#refuse(session, message, error);
      if (error instanceof Undecided) {
        // Whoever asks for a permission has written no row and changed nothing else before.
        Object.assign(session, { lastRequest, highestRequest, passedOver, lastCall, stored });
        this.#unparkedSince = unparkedSince;
        this.#changedAt = changedAt;
        this.#forgets = forgets;
      }
      throw error;
    }
  }

  /**
   * The permissions changed: what the sessions (default: all) may not hold any more is taken from them, and what they may
   * have of the rest is noted. What is undecided they keep. Asks once for each subscription and registration.
   */
  reconsider(sessions: Iterable<Session> = this.#roster): readonly Delivery[] {
    this.#recall();
    const { may } = this.#ports;
    const { subscriptions } = this.#broker;
    const { registrations } = this.#dealer;
    const { deliveries, events } = reconsider(sessions, { may, subscriptions, registrations });
    return [...deliveries, ...this.#broker.emit(events)];
  }

  /**
   * SMA-12, SMA-26: ends sessions: their GOODBYE first, then whatever follows from their leaving, for those who stay. Who has
   * left already is passed over.
   */
  dismiss(victims: Iterable<Session>, { reason, message, quietly = false }: Goodbye): readonly Delivery[] {
    const present = [...new Set(victims)].filter((each) => this.#roster.get(each.id) === each);
    if (present.length === 0) return NOTHING;
    const details = message === undefined ? {} : { message };
    return [
      { message: { type: "GOODBYE", details, reason }, to: present.map(({ id }) => id) },
      ...this.#removeAll(present, { quietly }),
    ];
  }

  /**
   * The router itself calls a procedure of the realm, but none of `wamp.*`. Nothing of it outlives sleep: whoever waits for
   * the answer does not either.
   */
  ask(procedure: string, inquiry: Inquiry): readonly Delivery[] {
    this.#changed(); // the callee's count of invocations
    return this.#inquiries.ask(procedure, inquiry);
  }

  /** Ends the session, whatever the reason, and publishes its testaments. Doing it twice does nothing more. */
  leave(session: Session): readonly Delivery[] {
    return this.#remove(session, { quietly: false });
  }

  /** A message that could not be written in its receiver's format (SER-12): the call that it belongs to ends. */
  undeliverable(message: Delivery["message"], to: SessionId, why: string): readonly Delivery[] {
    const session = this.#roster.get(to);
    if (!session) return NOTHING;
    if (message.type === "INVOCATION") {
      return this.#inquiries.intercept(this.#dealer.undeliverable(session, message.request, why));
    }
    if (message.type === "RESULT") return this.#dealer.unanswerable(session, message, why);
    if (message.type !== "ERROR") return NOTHING;
    return [reply(to, { ...message, payload: explanation(why) })];
  }

  /**
   * Until when the realm should stay awake, since sleep would lose what `tick` writes down by then, in milliseconds since
   * 1970; undefined: sleep would lose nothing.
   */
  get awakeUntil(): number | undefined {
    if (!this.#forgets || this.#unparkedSince === undefined) return undefined;
    return this.#unparkedSince + (this.#cameAlone ? PARK_SOON : PARK_AFTER);
  }

  /** When `tick` has something to do, in milliseconds since 1970; undefined: nothing is due. */
  nextDeadline(): number | undefined {
    const call = this.#dealer.nextDeadline();
    const quiet = this.#unparkedSince === undefined ? undefined : this.#unparkedSince + PARK_AFTER;
    if (call === undefined || quiet === undefined) return call ?? quiet;
    return Math.min(call, quiet);
  }

  /**
   * Does what is due at `now`: once it is quiet, what sleep would lose is written down; calls whose time is up end, whatever
   * the store says.
   */
  tick(now: number): readonly Delivery[] {
    const since = this.#unparkedSince;
    if (since !== undefined) {
      if (since + PARK_AFTER <= now) this.#park(now);
      else if (this.#forgets && this.#cameAlone && since + PARK_SOON <= now) this.#parkSoon(now);
    }
    return this.#inquiries.intercept(this.#dealer.tick(now));
  }

  /** Calls, or counts of them, are not as they were parked. */
  #changed(): void {
    const now = this.#ports.now();
    if (now - this.#changedAt >= ALONE) this.#burstAt = now;
    this.#changedAt = now;
    this.#unparkedSince = now;
    this.#forgets = true;
  }

  /** What has changed since it was parked came at once, and nothing for a while before. */
  get #cameAlone(): boolean {
    return this.#changedAt - this.#burstAt <= PARK_SOON;
  }

  /** Unless a call is under way: that would be written now and removed in a moment. */
  #parkSoon(now: number): void {
    for (const { invocations } of this.#roster) {
      if (invocations.size === 0) continue;
      this.#burstAt = Number.NEGATIVE_INFINITY;
      return;
    }
    this.#park(now);
  }

  #park(now: number): void {
    const { store, fault } = this.#ports;
    const duties = [() => this.#owed.settle(), () => park(this.#roster, store), () => this.#broker.expire()];
    this.#unparkedSince = undefined;
    try {
      attempt(duties, (duty) => duty());
      this.#forgets = false;
    } catch (error) {
      this.#unparkedSince = now;
      this.#burstAt = Number.NEGATIVE_INFINITY;
      fault(error, undefined);
    }
  }

  /** Waking leaves in the rows what most who wake a realm do not need. */
  #recall(): void {
    this.#broker.subscriptions.recall();
    this.#dealer.registrations.recall();
  }

  #route(session: Session, message: RealmMessage): readonly Delivery[] {
    const { requestIdCheck } = this.#ports.settings;
    if (requestIdCheck !== "off" && "request" in message && message.type in REQUEST_TYPES) {
      checkRequestId(session, message, requestIdCheck);
    } else if (session.sendsChunks && message.type !== "CALL" && message.type in REQUEST_TYPES) {
      noteId(session, (message as RequestMessage).request); // of one of these types
    }
    switch (message.type) {
      case "PUBLISH":
        return this.#broker.publish(session, message);
      case "CALL":
        // What the router answers itself is over by then; only the caller's count is not as it was parked.
        if (isReserved(message.procedure)) this.#unparkedSince = this.#ports.now();
        else this.#changed();
        return this.#dealer.call(session, message);
      case "YIELD":
        if (message.options.progress === true) this.#changed();
        return this.#dealer.yield(session, message);
      case "ERROR":
        this.#changed(); // the call may move to another callee
        return this.#dealer.error(session, message);
      case "CANCEL":
        this.#changed();
        return this.#dealer.cancel(session, message);
      case "SUBSCRIBE":
        this.#recall(); // limits count what the session holds of both
        return this.#broker.subscribe(session, message);
      case "UNSUBSCRIBE":
        return this.#broker.unsubscribe(session, message);
      case "REGISTER":
        this.#recall();
        return this.#dealer.register(session, message);
      case "UNREGISTER":
        return this.#dealer.unregister(session, message);
      case "EVENT_RECEIVED": // MSG-45: not announced, ignored
        return NOTHING;
    }
  }

  /**
   * LVE-09: calls, registrations, subscriptions, testaments, and then what the meta API tells of it all. A store that fails
   * keeps nobody here and takes nothing from the others: rows that it will not remove are removed later.
   */
  #remove(session: Session, { quietly }: { readonly quietly: boolean }): readonly Delivery[] {
    if (this.#roster.get(session.id) !== session) return NOTHING;
    this.#leaving = session.id;
    // While rows that name it still find it. If they cannot be read it leaves all the same.
    this.#owed.attempt(() => this.#broker.subscriptions.recall());
    this.#owed.attempt(() => this.#dealer.registrations.recall());
    this.#roster.remove(session);
    const deliveries = this.#dealer.leave(session);
    const events = [
      ...this.#dealer.registrations.leave(session),
      ...this.#broker.subscriptions.leave(session),
    ];
    if (session.stored !== "no") deliveries.push(...this.#removeRows(session, { quietly }));
    if (!quietly) {
      const { authid, authrole } = session.identity;
      events.push({ topic: "wamp.session.on_leave", args: [session.id, authid, authrole] });
    }
    this.#leaving = undefined;
    return this.#inquiries.intercept([...deliveries, ...this.#broker.emit(events)]);
  }

  /** The session's testaments are published, for their rows go with the session's. */
  #removeRows(session: Session, { quietly }: { readonly quietly: boolean }): Delivery[] {
    const { store } = this.#ports;
    let wills: readonly TestamentRow[] = [];
    try {
      if (!quietly) wills = this.#testaments.of(session);
    } catch (error) {
      // Its row stays, so that it leaves once more at the next wake, with what it leaves behind.
      this.#ports.fault(error, session.id);
      return [];
    }
    this.#owed.remove(() => store.removeSession(session.id));
    return wills.flatMap(({ topic, options, payload }) =>
      this.#broker.publishWill(session, { topic, options, payload }),
    );
  }

  /** Those that end together leave one after the other; nothing is for one that leaves later. */
  #removeAll(sessions: readonly Session[], how: { readonly quietly: boolean }): Delivery[] {
    return sessions
      .flatMap((session) => this.#remove(session, how))
      .map(({ message, to }) => ({ message, to: to.filter((id) => this.#roster.has(id)) }))
      .filter(({ to }) => to.length > 0);
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
}

type RequestMessage = Extract<RealmMessage, { type: keyof typeof REQUEST_TYPES }>;

function isRequest(message: RealmMessage): message is RequestMessage {
  return message.type in REQUEST_TYPES;
}
