/**
 * Routes calls. A CALL becomes one INVOCATION at one callee, and ends in exactly one RESULT or ERROR, whoever leaves
 * (DLR-16). Holds no socket and no clock. Which sessions serve what is in registrations.ts. Long,
 * because a call's life, from CALL to the one message that ends it, is one rule and is read together.
 */
import { ProtocolViolation, WampError } from "../wamp/error.ts";
import { nextId } from "../wamp/id.ts";
import type { Message } from "../wamp/message.ts";
import type { Payload } from "../wamp/payload.ts";
import { isReserved, uriFault } from "../wamp/uri.ts";
import { type May, permitted } from "./authorization.ts";
import { errorOf, failureOf, interruptOf, invocationOf, resultOf } from "./call-messages.ts";
import { chooseCallee } from "./callee-choice.ts";
import { Deadlines } from "./deadlines.ts";
import { type Delivery, NOTHING, reply } from "./delivery.ts";
import { refuseDisclosure } from "./disclosure.ts";
import { Invocation } from "./invocation.ts";
import { invocationDetails, lacking, timesItself } from "./invocation-details.ts";
import { exceeds, type LimitsOf, refuseBeyond } from "./limits.ts";
import type { MetaEvent } from "./meta-event.ts";
import type { Owed } from "./owed.ts";
import { owned } from "./owned-payload.ts";
import { PASSTHRU, passthru, usesPassthru } from "./passthru.ts";
import type { Callee, Registration } from "./registration.ts";
import { Registrations } from "./registrations.ts";
import { comesLate, noteCall } from "./request-ids.ts";
import { unregistered } from "./revocation.ts";
import type { Session } from "./session.ts";
import type { RealmSettings } from "./settings.ts";
import type { RealmStore } from "./store.ts";
import type { SessionOf } from "./subscription-rows.ts";
import type { Writing } from "./writing.ts";

const NOT_SUPPORTED = "wamp.error.feature_not_supported";
const UNAVAILABLE = "wamp.error.unavailable";

export interface DealerPorts {
  readonly store: RealmStore;
  readonly owed: Owed;
  readonly may: May;
  readonly limits: LimitsOf;
  readonly writing: Writing;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A random id, uniform in 1..2^53. */
  readonly randomId: () => number;
  readonly patternKey?: number;
  readonly settings: RealmSettings;
  /** Publishes meta events; the deliveries go after what caused them. */
  readonly emit: (events: readonly MetaEvent[]) => readonly Delivery[];
  /** Answers a call to `wamp.*`. @throws WampError no_such_procedure */
  readonly meta: (caller: Session, call: Message<"CALL">) => readonly Delivery[];
}

export class Dealer {
  readonly #ports: DealerPorts;
  readonly registrations: Registrations;
  /** A callee that has as much to do as it may is passed over. */
  readonly #isFull = ({ session }: Callee): boolean =>
    !(session.invocations.size < this.#mostInvocations(session));
  /** Calls that the dealer times itself (TMO-07). */
  readonly #deadlines = new Deadlines();

  constructor(ports: DealerPorts) {
    this.#ports = ports;
    this.registrations = new Registrations(ports);
  }

  /** Takes back registrations, and the calls that were under way when the realm fell asleep. */
  wake(session: SessionOf): void {
    const { store } = this.#ports;
    this.registrations.wake(session);
    for (const row of store.invocations()) {
      const caller = session(row.caller);
      const callee = session(row.callee);
      if (!caller || !callee) continue;
      const invocation = new Invocation({ ...row, caller, callee });
      // The callee's row was written before its calls; the caller's may be older.
      caller.lastCall = Math.max(caller.lastCall, row.request);
      invocation.parked = "yes";
      invocation.interrupted = row.interrupted;
      if (row.reroute) {
        const refused = row.reroute.refused.map(session).filter((each) => each !== undefined);
        invocation.reroute = { payload: row.reroute.payload, refused };
      }
      if (row.deadline !== undefined) this.#deadlines.add(invocation, row.deadline);
    }
  }

  register(callee: Session, message: Message<"REGISTER">): Delivery[] {
    const [{ id }, events] = this.registrations.add(callee, message);
    return [
      reply(callee.id, { type: "REGISTERED", request: message.request, registration: id }),
      ...this.#ports.emit(events),
    ];
  }

  unregister(callee: Session, { request, registration }: Message<"UNREGISTER">): Delivery[] {
    const events = this.registrations.remove(callee, registration);
    return [reply(callee.id, { type: "UNREGISTERED", request }), ...this.#ports.emit(events)];
  }

  /**
   * Takes the registration away from a callee (RRV-01). Its running calls stay pending (RRV-05).
   * @throws WampError no_such_registration
   */
  revoke(callee: Session, registration: number, reason: string | undefined): Delivery[] {
    const events = this.registrations.remove(callee, registration);
    return [...unregistered(callee, registration, reason), ...this.#ports.emit(events)];
  }

  /**
   * @throws WampError @throws Undecided @throws ProtocolViolation on an id in use (ID-11), or on what the caller did not
   * announce
   */
  call(caller: Session, call: Message<"CALL">): readonly Delivery[] {
    const { request, options, procedure } = call;
    checkAnnounced(caller, options);
    const running = caller.calls.get(request);
    if (running) return this.#continue(running, call); // authorized when it began
    if (comesLate(caller, request)) return NOTHING; // PCI-11, PCI-16
    const { settings, may } = this.#ports;
    noteCall(caller, request, settings.requestIdCheck);
    const fault = uriFault(procedure, "exact", settings.uriRule);
    if (fault) throw new WampError("wamp.error.invalid_uri", `procedure ${fault}`);
    const permit = permitted(may, caller.identity, { action: "call", uri: procedure, match: "exact" });
    refuseDisclosure(options.disclose_me, settings.allowDisclose || permit.disclose);
    // URI-15: a client's pattern never catches calls to the router itself.
    if (isReserved(procedure)) return this.#ports.meta(caller, call);

    refuseBeyond(this.#ports.limits(caller.identity).pendingCalls, caller.calls.size, {
      limit: "pendingCalls",
      retry: "wait until one of your calls has ended, or cancel one",
    });
    return [this.#start(caller, call, { disclosed: permit.disclose || options.disclose_me === true })]; // CID-05
  }

  /** A call of the router's own: nobody need allow it, and it counts for no limit. @throws WampError */
  ask(router: Session, call: Message<"CALL">): Delivery {
    const { procedure } = call;
    const fault = isReserved(procedure)
      ? "is the router's own: it need not ask itself"
      : uriFault(procedure, "exact", this.#ports.settings.uriRule);
    if (fault) throw new WampError("wamp.error.invalid_uri", `procedure ${procedure} ${fault}`);
    return this.#start(router, call, { disclosed: false });
  }

  /** @throws ProtocolViolation where the callee uses a mode that it did not announce (PPT-06) */
  yield(callee: Session, { request, options, payload }: Message<"YIELD">): readonly Delivery[] {
    if (usesPassthru(options) && !callee.announced("callee", PASSTHRU)) {
      throw new ProtocolViolation(`YIELD.Options.ppt_scheme needs ${PASSTHRU} announced for callee`);
    }
    const invocation = this.#answered(callee, request, "YIELD");
    if (!invocation) return NOTHING;
    const { caller, terms } = invocation;
    // PPT-09: the caller could not read the payload.
    if (usesPassthru(options) && !caller.announced("caller", PASSTHRU)) {
      return [this.#fail(invocation, NOT_SUPPORTED, `the result needs ${PASSTHRU}`)];
    }
    const details = passthru(options);
    if (options.progress === true) {
      if (!terms.receivesProgress) return NOTHING; // PCR-08
      invocation.reroute = undefined; // RRT-07
      invocation.touch();
      // PCR-13
      if (invocation.deadline !== undefined)
        this.#deadlines.add(invocation, this.#ports.now() + terms.timeout);
      return [resultOf(invocation, { progress: true, ...details }, payload)];
    }
    this.#end(invocation);
    return [resultOf(invocation, details, payload)];
  }

  error(callee: Session, { request, details, error, payload }: Message<"ERROR">): readonly Delivery[] {
    const invocation = this.#answered(callee, request, "ERROR");
    if (!invocation) return NOTHING;
    if (error === UNAVAILABLE && callee.announced("callee", "call_reroute") && invocation.reroute) {
      return this.#reroute(invocation, invocation.reroute);
    }
    // URI-08: the session does not end over a bad error URI.
    if (uriFault(error)) {
      const text = "the callee answered with an error that is not a URI";
      return [this.#fail(invocation, "wamp.error.invalid_uri", text)];
    }
    // PPT-24: as for a result.
    if (usesPassthru(details) && !invocation.caller.announced("caller", PASSTHRU)) {
      return [this.#fail(invocation, NOT_SUPPORTED, `the error needs ${PASSTHRU}`)];
    }
    this.#end(invocation);
    return [errorOf(invocation, { details: passthru(details), error, payload })];
  }

  /** CAN-01..18. A CANCEL for what is not pending is ignored: the result was faster. */
  cancel(caller: Session, { request, options }: Message<"CANCEL">): readonly Delivery[] {
    const invocation = caller.calls.get(request);
    if (!invocation) return NOTHING;
    const mode = options.mode ?? "killnowait"; // CAN-11
    const { callee } = invocation;
    if (mode === "kill" && callee.canBeInterrupted) {
      if (invocation.interrupted) return NOTHING; // CAN-14
      invocation.interrupted = true;
      invocation.reroute = undefined; // CAN-05: nobody else is to do what the caller canceled
      invocation.touch();
      return [interruptOf(invocation, "kill")];
    }
    // CAN-09: who cannot be interrupted is left alone.
    const interrupts = mode !== "skip" && callee.canBeInterrupted;
    return this.#abandon(invocation, "wamp.error.canceled", {
      text: "the caller canceled the call",
      interrupts,
    });
  }

  /** When the next call's time is up, in milliseconds since 1970; undefined where none is timed. */
  nextDeadline(): number | undefined {
    return this.#deadlines.next();
  }

  /** Ends the calls whose time is up at `now` (TMO-03, TMO-04). */
  tick(now: number): Delivery[] {
    const deliveries: Delivery[] = [];
    for (const invocation of this.#deadlines.due(now)) {
      const text = `no answer came within ${invocation.terms.timeout} ms`;
      const interrupts = invocation.callee.canBeInterrupted;
      deliveries.push(...this.#abandon(invocation, "wamp.error.timeout", { text, interrupts }));
    }
    return deliveries;
  }

  /** The INVOCATION could not be written in its callee's format: the call ends with an ERROR to its caller. */
  undeliverable(callee: Session, id: number, why: string): Delivery[] {
    const invocation = callee.invocations.get(id);
    if (!invocation) return [];
    // Of a first chunk it has not heard; after that it waits for the rest in vain.
    const interrupts = invocation.continued && callee.canBeInterrupted;
    return this.#abandon(invocation, "wamp.error.invalid_argument", { text: why, interrupts });
  }

  /** The RESULT could not be written in its caller's format: the caller gets an ERROR, once. */
  unanswerable(caller: Session, { request }: Message<"RESULT">, why: string): Delivery[] {
    const running = caller.calls.get(request);
    if (running) {
      // A progressive result: nobody waits for the rest.
      const interrupts = running.callee.canBeInterrupted;
      return this.#abandon(running, "wamp.error.invalid_argument", { text: why, interrupts });
    }
    return [failureOf(request, caller, { error: "wamp.error.invalid_argument", text: why })];
  }

  /**
   * Resolves the session's calls (LVE-01..07), in the order of their ids, which no sleep changes. Its registrations and rows
   * are the caller's to remove.
   */
  leave(session: Session): Delivery[] {
    const deliveries: Delivery[] = [];
    for (const invocation of [...session.invocations.values()].sort((a, b) => a.id - b.id)) {
      if (invocation.caller === session)
        this.#end(invocation); // LVE-07
      else
        deliveries.push(this.#fail(invocation, "wamp.error.canceled", "the callee left before it answered"));
    }
    for (const invocation of [...session.calls.values()].sort((a, b) => a.request - b.request)) {
      this.#end(invocation);
      const { callee, interrupted } = invocation;
      // LVE-05: a callee that does not know INTERRUPT would drop its connection. LVE-10: one INTERRUPT is enough.
      if (callee.canBeInterrupted && !interrupted) deliveries.push(interruptOf(invocation, "killnowait"));
    }
    return deliveries;
  }

  /** @throws WampError no_such_procedure, feature_not_supported, limit_exceeded */
  #start(caller: Session, call: Message<"CALL">, { disclosed }: { disclosed: boolean }): Delivery {
    const { options, procedure } = call;
    const serving = this.registrations.table.best(procedure);
    if (!serving) {
      throw new WampError("wamp.error.no_such_procedure", `no procedure ${procedure} is registered`);
    }
    const passedOver = caller.isRouter ? nobody : this.#isFull;
    const callee = chooseCallee(serving, passedOver, this.#ports.randomId);
    if (!callee) {
      const { callees } = serving.registration;
      const most = Math.max(...callees.map(({ session }) => this.#mostInvocations(session)));
      throw exceeds("pendingInvocations", most, `every callee of ${procedure} is busy, try again later`);
    }
    const lacks = lacking(callee.session, {
      progressive: options.progress === true,
      passthru: passthru(options),
    });
    if (lacks) throw new WampError(NOT_SUPPORTED, `the callee did not announce ${lacks}`);
    return this.#invoke(serving, callee, { caller, call, disclosed });
  }

  #mostInvocations({ identity }: Session): number {
    return this.#ports.limits(identity).pendingInvocations;
  }

  #invoke(
    registration: Pick<Registration, "id" | "match">,
    callee: Callee,
    { caller, call, disclosed }: { caller: Session; call: Message<"CALL">; disclosed: boolean },
  ): Delivery {
    const { request, options, procedure, payload } = call;
    const { settings, now } = this.#ports;
    const terms = {
      procedure,
      registration: registration.id,
      disclosed,
      receivesProgress: options.receive_progress === true,
      timeout: options.timeout ?? 0,
      received: now(),
      passthru: passthru(options),
    };
    const invocation = new Invocation({
      id: this.#nextInvocation(callee.session),
      request,
      caller,
      callee: callee.session,
      terms,
      details: invocationDetails(terms, caller, { registration, callee, settings }),
      chunks: options.progress === true ? "open" : "none",
    });
    if (callee.session.announced("callee", "call_reroute")) {
      invocation.reroute = { payload: owned(payload), refused: [] };
    }
    return this.#begin(invocation, callee, payload);
  }

  /** PCI-01..22: a further chunk of a running call goes to the same callee under the same id. */
  #continue(
    invocation: Invocation,
    { request, options, procedure, payload }: Message<"CALL">,
  ): readonly Delivery[] {
    if (invocation.chunks !== "open") {
      throw new ProtocolViolation(`CALL.Request ${request} is still the id of a call that has not ended`);
    }
    if (procedure !== invocation.terms.procedure) return NOTHING; // PCI-17
    if (options.progress !== true) invocation.chunks = "complete";
    invocation.reroute = undefined; // RRT-07
    invocation.continued = true;
    invocation.touch();
    return [invocationOf(invocation, payload)];
  }

  /** RRT-01..05: the next callee takes the call; who refused it once does not get it again. */
  #reroute(invocation: Invocation, { payload, refused }: NonNullable<Invocation["reroute"]>): Delivery[] {
    const { terms, caller, chunks } = invocation;
    const { settings, randomId } = this.#ports;
    let registration: Registration | undefined;
    try {
      registration = this.registrations.byId.get(terms.registration);
    } catch (error) {
      if (!(error instanceof WampError)) throw error;
      return [this.#fail(invocation, error.uri, error.message)]; // ERROR gets no reply: its callee has answered
    }
    const absent = [...refused, invocation.callee];
    const passedOver = (each: Callee) => absent.includes(each.session) || this.#isFull(each);
    const callee = registration && chooseCallee(registration.serving, passedOver, randomId);
    if (!registration || !callee) {
      const text = "every callee answered that it is unavailable";
      return [this.#fail(invocation, "wamp.error.no_available_callee", text)];
    }
    const { session } = callee;
    const lacks = lacking(session, { progressive: chunks !== "none", passthru: terms.passthru });
    if (lacks) return [this.#fail(invocation, NOT_SUPPORTED, `the next callee did not announce ${lacks}`)];
    this.#unpark(invocation);
    const details = invocationDetails(terms, caller, { registration, callee, settings });
    invocation.moveTo(session, this.#nextInvocation(session), details);
    invocation.reroute = { payload, refused: absent };
    return [this.#begin(invocation, callee, payload)];
  }

  /** The first INVOCATION at this callee. A timer that runs goes on, wherever the call moves (RRT-08). */
  #begin(invocation: Invocation, callee: Callee, payload: Payload | undefined): Delivery {
    const { timeout, received } = invocation.terms;
    if (timeout === 0 || invocation.deadline !== undefined) return invocationOf(invocation, payload);
    // The router trusts nobody with its own time.
    if (timesItself(callee) && !invocation.caller.isRouter)
      return invocationOf(invocation, payload, { timeout });
    this.#deadlines.add(invocation, received + timeout);
    return invocationOf(invocation, payload);
  }

  #nextInvocation(callee: Session): number {
    callee.lastInvocation = nextId(callee.lastInvocation);
    if (callee.stored === "yes") callee.stored = "stale";
    return callee.lastInvocation;
  }

  /** The pending invocation; undefined where it has ended. @throws ProtocolViolation where it never was (SES-37) */
  #answered(callee: Session, id: number, what: string): Invocation | undefined {
    const invocation = callee.invocations.get(id);
    if (!invocation && id > callee.lastInvocation) {
      throw new ProtocolViolation(`${what}.Request ${id} was never the id of an INVOCATION to this session`);
    }
    return invocation;
  }

  /** The caller gets its ERROR now; what the callee still says is discarded. */
  #abandon(
    invocation: Invocation,
    error: string,
    { text, interrupts }: { text: string; interrupts: boolean },
  ): Delivery[] {
    const failure = this.#fail(invocation, error, text);
    return interrupts ? [failure, interruptOf(invocation, "killnowait")] : [failure];
  }

  #fail(invocation: Invocation, error: string, text: string): Delivery {
    this.#end(invocation);
    return failureOf(invocation.request, invocation.caller, { error, text });
  }

  #end(invocation: Invocation): void {
    invocation.end();
    this.#unpark(invocation);
  }

  #unpark(invocation: Invocation): void {
    if (invocation.parked === "no") return;
    invocation.parked = "no";
    const [callee, id] = [invocation.callee.id, invocation.id];
    // A call that has an answer is answered, whatever the store says.
    this.#ports.owed.remove(() => this.#ports.store.removeInvocation(callee, id));
  }
}

const nobody = (): boolean => false;

/** PCI-03, PPT-04: some options may only be used once announced. @throws ProtocolViolation */
export function checkAnnounced(caller: Session, options: Message<"CALL">["options"]): void {
  if (options.progress === true && !caller.announced("caller", "progressive_call_invocations")) {
    throw new ProtocolViolation(
      "CALL.Options.progress needs progressive_call_invocations announced for caller",
    );
  }
  if (usesPassthru(options) && !caller.announced("caller", PASSTHRU)) {
    throw new ProtocolViolation(`CALL.Options.ppt_scheme needs ${PASSTHRU} announced for caller`);
  }
}
