/** The registrations of a realm: who serves which procedure. Writes rows as they change; routes nothing. */
import { WampError } from "../wamp/error.ts";
import type { Message } from "../wamp/message.ts";
import { isReserved, type MatchPolicy, uriFault } from "../wamp/uri.ts";
import { type May, permitted } from "./authorization.ts";
import { refuseDisclosure } from "./disclosure.ts";
import { type LimitsOf, refuseBeyond, refusePattern } from "./limits.ts";
import type { MetaEvent } from "./meta-event.ts";
import type { Owed } from "./owed.ts";
import { parkTurn } from "./parking.ts";
import { PatternTable } from "./pattern-table.ts";
import { Registration } from "./registration.ts";
import type { Serving } from "./serving.ts";
import type { Session } from "./session.ts";
import type { RealmSettings } from "./settings.ts";
import type { RealmStore } from "./store.ts";
import type { SessionOf } from "./subscription-rows.ts";
import type { Writing } from "./writing.ts";

export interface RegistrationsPorts {
  readonly store: RealmStore;
  readonly owed: Owed;
  readonly may: May;
  readonly limits: LimitsOf;
  readonly writing: Writing;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Makes the pattern tables' hashes nobody's to foresee: a random integer in 1..2^53 (S14). */
  readonly patternKey?: number;
  readonly settings: Pick<RealmSettings, "uriRule" | "allowDisclose">;
}

export class Registrations {
  readonly #ports: RegistrationsPorts;
  readonly #table: PatternTable<Registration, Serving>;
  /** Registration id to registration. */
  readonly #byId = new Map<number, Registration>();
  /** Who has what waking left in the rows; undefined: all is in memory. */
  #sessionOf: SessionOf | undefined;

  constructor(ports: RegistrationsPorts) {
    this.#ports = ports;
    this.#table = new PatternTable(ports.patternKey, ({ serving }) => serving);
  }

  get table(): PatternTable<Registration, Serving> {
    if (this.#sessionOf) this.recall();
    return this.#table;
  }

  /** Registration id to registration. */
  get byId(): ReadonlyMap<number, Registration> {
    if (this.#sessionOf) this.recall();
    return this.#byId;
  }

  /** What the store holds is taken back when it is needed: whoever only publishes needs none of it. */
  wake(session: SessionOf): void {
    this.#sessionOf = session;
  }

  /**
   * Takes back what the store holds, unless that was done; a row whose session is unknown is passed over. Before it, no
   * session knows what it holds. @throws WampError storage_failed, and nothing has changed
   */
  recall(): void {
    const sessionOf = this.#sessionOf;
    if (!sessionOf) return;
    const { store, writing } = this.#ports;
    const registrations = writing.read(() => [...store.registrations()]);
    const callees = writing.read(() => [...store.callees()]);
    this.#sessionOf = undefined;
    for (const row of registrations) this.#insert(new Registration(row));
    for (const { id, session, forwardTimeout, discloseCaller } of callees) {
      const present = sessionOf(session);
      if (present) this.#byId.get(id)?.add({ session: present, forwardTimeout, discloseCaller });
    }
    for (const registration of this.#byId.values())
      if (registration.callees.length === 0) this.#delete(registration);
  }

  /**
   * @throws WampError invalid_uri, not_authorized, option_disallowed, procedure_already_exists, limit_exceeded,
   * storage_failed @throws Undecided
   */
  add(session: Session, { options, procedure }: Message<"REGISTER">): [Registration, MetaEvent[]] {
    const { match = "exact", invoke = "single" } = options;
    const fault = uriFault(procedure, match, this.#ports.settings.uriRule);
    if (fault) throw new WampError("wamp.error.invalid_uri", `procedure ${fault}`);
    if (isReserved(procedure)) {
      throw new WampError("wamp.error.invalid_uri", "procedures that begin with wamp. are the router's own");
    }
    // AZN-06: before anything of what is registered is revealed.
    permitted(this.#ports.may, session.identity, { action: "register", uri: procedure, match });
    refuseDisclosure(options.disclose_caller, this.#ports.settings.allowDisclose);
    const events: MetaEvent[] = [];
    let registration = this.table.get(match, procedure);
    if (registration) refuseSecond(registration, session, invoke);
    this.#refuseBeyondLimits(session, match);
    const callee = {
      session,
      forwardTimeout: options.forward_timeout === true,
      discloseCaller: options.disclose_caller === true,
    };
    const { store, writing, now } = this.#ports;
    const known = registration;
    registration = writing.hold(session, () => {
      const row = { uri: procedure, match, invoke, created: now() };
      const held = known ?? new Registration({ ...row, turn: 0, id: store.addRegistration(row) });
      store.addCallee({ ...callee, id: held.id, session: session.id });
      return held;
    });
    if (!known) {
      events.push({ topic: "wamp.registration.on_create", args: [session.id, describe(registration)] });
      this.#insert(registration);
    }
    registration.add(callee);
    events.push({ topic: "wamp.registration.on_register", args: [session.id, registration.id] });
    return [registration, events];
  }

  /** @throws WampError no_such_registration, also where only others hold it (DLR-07); storage_failed */
  remove(session: Session, id: number): MetaEvent[] {
    const { store, writing } = this.#ports;
    const registration = this.#held(session, id);
    writing.write(session, () => store.removeCallee({ id, session: session.id }));
    return this.#drop(registration, session);
  }

  /** The same where it may not be held any more, whatever the store says. @throws WampError no_such_registration */
  withdraw(session: Session, id: number): MetaEvent[] {
    const { store, owed } = this.#ports;
    const registration = this.#held(session, id);
    owed.remove(() => store.removeCallee({ id, session: session.id }));
    return this.#drop(registration, session);
  }

  #held(session: Session, id: number): Registration {
    const registration = this.byId.get(id);
    if (!registration?.has(session)) {
      throw new WampError(
        "wamp.error.no_such_registration",
        `session ${session.id} does not hold registration ${id}`,
      );
    }
    return registration;
  }

  /** The session's own rows are the caller's to remove. */
  leave(session: Session): MetaEvent[] {
    return [...session.registrations].flatMap((registration) => this.#drop(registration, session));
  }

  #refuseBeyondLimits(session: Session, match: MatchPolicy): void {
    const { limits } = this.#ports;
    const retry = "unregister something first";
    refuseBeyond(limits(session.identity).registrations, session.registrations.size, {
      limit: "registrations",
      retry,
    });
    if (match !== "exact") refusePattern(session, limits);
  }

  #insert(registration: Registration): void {
    this.#table.set(registration);
    this.#byId.set(registration.id, registration);
  }

  #drop(registration: Registration, session: Session): MetaEvent[] {
    registration.remove(session);
    const args = [session.id, registration.id];
    const events: MetaEvent[] = [{ topic: "wamp.registration.on_unregister", args }];
    if (registration.callees.length > 0) {
      // An index of what is stored must fit it.
      this.#ports.owed.remove(() => parkTurn(registration, this.#ports.store));
      return events;
    }
    this.#delete(registration);
    events.push({ topic: "wamp.registration.on_delete", args });
    return events;
  }

  #delete({ id, match, uri }: Registration): void {
    // A row without callees may stand beside one of the same URI that has some.
    if (this.#table.get(match, uri)?.id === id) this.#table.delete(match, uri);
    this.#byId.delete(id);
    this.#ports.owed.remove(() => this.#ports.store.removeRegistration(id));
  }
}

/** RMA-01, RMA-12: what the meta API tells of a registration. */
export function describe({ id, created, uri, match, invoke }: Registration) {
  return { id, created: new Date(created).toISOString(), uri, match, invoke };
}

/** SHR-02, SHR-03, DLR-04. @throws WampError procedure_already_exists */
function refuseSecond(registration: Registration, session: Session, invoke: string): void {
  const { uri, match } = registration;
  const why =
    registration.invoke === "single"
      ? "is registered already"
      : registration.invoke !== invoke
        ? `is registered with invocation policy ${registration.invoke}, not ${invoke}`
        : registration.has(session)
          ? "is registered by this very session already"
          : undefined;
  if (why) throw new WampError("wamp.error.procedure_already_exists", `${uri} (${match}) ${why}`);
}
