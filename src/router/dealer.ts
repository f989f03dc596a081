/**
 * Routes calls. A CALL becomes one INVOCATION at one callee, and ends in exactly one RESULT or ERROR, whoever leaves
 * (DLR-16). Holds no socket and no clock.
 */
import { ProtocolViolation, WampError } from "../wamp/error.ts";
import { nextId } from "../wamp/id.ts";
import type { Message } from "../wamp/message.ts";
import { isReserved, type MatchPolicy, type UriRule, uriFault } from "../wamp/uri.ts";
import type { SessionOf } from "./broker.ts";
import { type Delivery, explanation, reply } from "./delivery.ts";
import { Invocation } from "./invocation.ts";
import { PatternTable } from "./pattern-table.ts";
import { Registration } from "./registration.ts";
import type { Session } from "./session.ts";
import type { InvocationRow, MemberRow, RealmStore, RegistrationRow } from "./store.ts";

const CALL = 48;
const INVOCATION = 68;

export interface DealerPorts {
  readonly store: RealmStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly uriRule: UriRule;
}

export class Dealer {
  readonly #ports: DealerPorts;
  readonly #table = new PatternTable<Registration>();
  /** Registration id to registration. */
  readonly #registrations = new Map<number, Registration>();

  constructor(ports: DealerPorts) {
    this.#ports = ports;
  }

  /** Takes back what the store holds; a row whose session is unknown is passed over. */
  wake(registrations: Iterable<RegistrationRow>, members: Iterable<MemberRow>, session: SessionOf): void {
    for (const row of registrations) this.#insert(new Registration(row));
    for (const row of members) {
      const callee = session(row.session);
      if (callee) this.#registrations.get(row.id)?.add(callee);
    }
  }

  /** Takes back the calls that were under way when the realm fell asleep. */
  wakeCalls(rows: Iterable<InvocationRow>, session: SessionOf): void {
    for (const row of rows) {
      const caller = session(row.caller);
      const callee = session(row.callee);
      if (caller && callee) new Invocation({ ...row, caller, callee }).parked = true;
    }
  }

  /** @throws WampError invalid_uri, procedure_already_exists */
  register(callee: Session, { request, options, procedure }: Message<"REGISTER">): Delivery[] {
    const match: MatchPolicy = options.match ?? "exact";
    const fault = uriFault(procedure, match, this.#ports.uriRule);
    if (fault) throw new WampError("wamp.error.invalid_uri", `procedure ${fault}`);
    if (isReserved(procedure)) {
      throw new WampError("wamp.error.invalid_uri", "procedures that begin with wamp. are the router's own");
    }
    if (this.#table.get(match, procedure)) {
      throw new WampError(
        "wamp.error.procedure_already_exists",
        `${procedure} (${match}) is registered already`,
      );
    }
    const { store } = this.#ports;
    const row = { uri: procedure, match, invoke: "single" as const, created: this.#ports.now() };
    const registration = new Registration({ ...row, id: store.addRegistration(row) });
    this.#insert(registration);
    store.addCallee({ id: registration.id, session: callee.id });
    registration.add(callee);
    return [reply(callee.id, { type: "REGISTERED", request, registration: registration.id })];
  }

  /** @throws WampError no_such_registration, also where only others hold it (DLR-07) */
  unregister(callee: Session, { request, registration: id }: Message<"UNREGISTER">): Delivery[] {
    const registration = this.#registrations.get(id);
    if (!registration?.callees.includes(callee)) {
      throw new WampError("wamp.error.no_such_registration", `this session does not hold registration ${id}`);
    }
    this.#ports.store.removeCallee({ id, session: callee.id });
    this.#remove(registration, callee);
    return [reply(callee.id, { type: "UNREGISTERED", request })];
  }

  /** @throws WampError invalid_uri, no_such_procedure @throws ProtocolViolation on a request id in use (ID-11) */
  call(caller: Session, { request, procedure, payload }: Message<"CALL">): Delivery[] {
    if (caller.calls.has(request)) {
      throw new ProtocolViolation(`CALL.Request ${request} is still the id of a call that has not ended`);
    }
    const fault = uriFault(procedure, "exact", this.#ports.uriRule);
    if (fault) throw new WampError("wamp.error.invalid_uri", `procedure ${fault}`);

    // URI-15: a client's pattern never catches calls to the router itself.
    const registration = isReserved(procedure) ? undefined : this.#table.best(procedure);
    const callee = registration?.callees[0];
    if (!registration || !callee) {
      throw new WampError("wamp.error.no_such_procedure", `no procedure ${procedure} is registered`);
    }
    callee.lastInvocation = nextId(callee.lastInvocation);
    if (callee.stored === "yes") callee.stored = "stale";
    const invocation = new Invocation({ id: callee.lastInvocation, request, caller, callee });
    // PBR-10: only a pattern callee needs telling which procedure it was.
    const details = registration.match === "exact" ? {} : { procedure };
    return [
      reply(callee.id, {
        type: "INVOCATION",
        request: invocation.id,
        registration: registration.id,
        details,
        payload,
      }),
    ];
  }

  yield(callee: Session, { request, options, payload }: Message<"YIELD">): readonly Delivery[] {
    const invocation = this.#answered(callee, request, "YIELD");
    // PCR-08: nobody asked for progress; the call stays pending.
    if (!invocation || options.progress === true) return [];
    this.#end(invocation);
    const { caller } = invocation;
    return [reply(caller.id, { type: "RESULT", request: invocation.request, details: {}, payload })];
  }

  /** @throws ProtocolViolation unless it answers an INVOCATION (SES-36) */
  error(callee: Session, { requestType, request, error, payload }: Message<"ERROR">): readonly Delivery[] {
    if (requestType !== INVOCATION) {
      throw new ProtocolViolation(
        `a client may send ERROR only for an INVOCATION (68), not for type ${requestType}`,
      );
    }
    const invocation = this.#answered(callee, request, "ERROR");
    if (!invocation) return [];
    this.#end(invocation);
    // URI-08: the session does not end over a bad error URI.
    if (uriFault(error)) {
      const text = explanation("the callee answered with an error that is not a URI");
      return [this.#failure(invocation, "wamp.error.invalid_uri", text)];
    }
    return [this.#failure(invocation, error, payload)];
  }

  /** The INVOCATION could not be sent: the call ends with an ERROR to its caller. */
  undeliverable(callee: Session, id: number, why: string): Delivery[] {
    const invocation = callee.invocations.get(id);
    if (!invocation) return [];
    this.#end(invocation);
    return [this.#failure(invocation, "wamp.error.invalid_argument", explanation(why))];
  }

  /** Resolves the session's calls, then removes its registrations (LVE-09). Its rows are the caller's to remove. */
  leave(session: Session): Delivery[] {
    const deliveries: Delivery[] = [];
    for (const invocation of [...session.invocations.values()]) {
      this.#end(invocation);
      if (invocation.caller === session) continue; // LVE-07
      const text = explanation("the callee left before it answered");
      deliveries.push(this.#failure(invocation, "wamp.error.canceled", text));
    }
    for (const invocation of [...session.calls.values()]) {
      this.#end(invocation);
      const { callee, id } = invocation;
      // LVE-05: a callee that does not know INTERRUPT would drop its connection.
      if (!callee.canBeInterrupted) continue;
      deliveries.push(reply(callee.id, { type: "INTERRUPT", request: id, options: { mode: "killnowait" } }));
    }
    for (const registration of [...session.registrations]) this.#remove(registration, session);
    return deliveries;
  }

  /** The pending invocation; undefined where it has ended. @throws ProtocolViolation where it never was (SES-37) */
  #answered(callee: Session, id: number, what: string): Invocation | undefined {
    const invocation = callee.invocations.get(id);
    if (!invocation && id > callee.lastInvocation) {
      throw new ProtocolViolation(`${what}.Request ${id} was never the id of an INVOCATION to this session`);
    }
    return invocation;
  }

  #end(invocation: Invocation): void {
    invocation.end();
    if (invocation.parked) this.#ports.store.removeInvocation(invocation.callee.id, invocation.id);
  }

  #failure({ caller, request }: Invocation, error: string, payload: Message<"ERROR">["payload"]): Delivery {
    return reply(caller.id, { type: "ERROR", requestType: CALL, request, details: {}, error, payload });
  }

  #insert(registration: Registration): void {
    this.#table.set(registration.match, registration.uri, registration);
    this.#registrations.set(registration.id, registration);
  }

  #remove(registration: Registration, callee: Session): void {
    registration.remove(callee);
    if (registration.callees.length > 0) return;
    this.#table.delete(registration.match, registration.uri);
    this.#registrations.delete(registration.id);
    this.#ports.store.removeRegistration(registration.id);
  }
}
