/**
 * A realm with named sessions, for tests of the router alone: wire lists in, wire lists out. Ids are small and counted, so
 * that expectations can be literal: session ids 101, 102 ... in the order of joining, publication ids 1001, 1002 ...
 */

import { type May, mayEverything } from "../../src/router/authorization.ts";
import type { Delivery } from "../../src/router/delivery.ts";
import { PARK_AFTER, Realm, type RealmMessage } from "../../src/router/realm.ts";
import type { Identity, Session } from "../../src/router/session.ts";
import { DEFAULT_REALM_SETTINGS, type RealmSettings } from "../../src/router/settings.ts";
import { payloadReader } from "../../src/serializer/payload-reader.ts";
import { DEFAULT_FRAME_LIMITS } from "../../src/serializer/serializer.ts";
import { createSerializers } from "../../src/serializer/serializers.ts";
import type { Roles } from "../../src/wamp/field.ts";
import { parse, payloadAt, type RouterMessage, unparse } from "../../src/wamp/message.ts";
import type { Envelope } from "../../src/wamp/payload.ts";
import { MemoryStore } from "./memory-store.ts";

export type Wire = readonly unknown[];
/** Session name to the messages that it was sent, in order; who was sent nothing is left out. */
export type Sent = Record<string, Wire[]>;

export interface Joining {
  readonly authid?: string;
  readonly authrole?: string;
  readonly roles?: Roles;
  readonly authextra?: NonNullable<Identity["authextra"]>;
  readonly scope?: NonNullable<Identity["scope"]>;
  readonly expires?: number;
}

export interface Ports {
  readonly may?: May;
  readonly store?: MemoryStore;
}

export class Scene {
  readonly store: MemoryStore;
  readonly settings: RealmSettings;
  /** Milliseconds since 1970. */
  clock = 1_000_000;
  realm: Realm;
  readonly #names = new Map<number, string>();
  readonly #identities = new Map<string, Identity>();
  /** Session name to everything that it was ever sent, in order. */
  readonly #heard = new Map<string, Wire[]>();
  #lastSession = 100;
  #lastPublication = 1000;

  /** What the store refused while sessions left. */
  readonly faults: unknown[] = [];
  /** Whose session each of them was told with. */
  readonly faulty: (number | undefined)[] = [];

  /** May be changed at any time: the realm asks through it. */
  may: May;

  constructor(settings: Partial<RealmSettings> = {}, { may = mayEverything, store }: Ports = {}) {
    this.settings = { ...DEFAULT_REALM_SETTINGS, ...settings };
    this.may = may;
    this.store = store ?? new MemoryStore();
    this.realm = this.#newRealm();
    this.realm.wake([]);
  }

  /** Sessions join in the order of their names. */
  join(...names: string[]): this {
    for (const name of names) this.joinAs(name, {});
    return this;
  }

  joinAs(name: string, { authid = name, authrole = "user", roles, ...more }: Joining): this {
    this.#lastSession++;
    const identity: Identity = {
      session: this.#lastSession,
      authid,
      authrole,
      authmethod: "anonymous",
      authprovider: "static",
      roles: roles ?? { publisher: [], subscriber: [], caller: [], callee: [] },
      ...more,
    };
    this.#names.set(identity.session, name);
    this.#identities.set(name, identity);
    this.#sent(this.realm.join(identity).deliveries);
    return this;
  }

  /** The session id of `name`. */
  id(name: string): number {
    return this.#identity(name).session;
  }

  session(name: string): Session {
    const session = this.realm.session(this.id(name));
    if (!session) throw new Error(`${name} is not in the realm`);
    return session;
  }

  /** Everything that `name` was sent since the scene began, in order. */
  heard(name: string): readonly Wire[] {
    return this.#heard.get(name) ?? [];
  }

  /** One message from `name`, and what everybody was sent because of it. */
  send(name: string, ...wire: unknown[]): Sent {
    const message = parse(envelope(wire)) as RealmMessage; // a scene sends no HELLO or GOODBYE
    return this.#sent(this.realm.receive(this.session(name), message));
  }

  /** Something that the realm is asked to do by whoever holds it. */
  does(act: (realm: Realm) => readonly Delivery[]): Sent {
    return this.#sent(act(this.realm));
  }

  leave(name: string): Sent {
    return this.#sent(this.realm.leave(this.session(name)));
  }

  /** `wire` was sent to `name` but has no form in its serializer's format. */
  undeliverable(name: string, message: RouterMessage, why: string): Sent {
    return this.#sent(this.realm.undeliverable(message, this.id(name), why));
  }

  /** Lets time pass and does what is due. */
  pass(milliseconds: number): Sent {
    this.clock += milliseconds;
    return this.#sent(this.realm.tick(this.clock));
  }

  /**
   * The realm sleeps and wakes from its rows, as the platform does after ten quiet seconds; sockets of `vanished` sessions
   * are gone when it wakes.
   */
  sleep({ vanished = [] }: { vanished?: readonly string[] } = {}): Sent {
    this.pass(PARK_AFTER);
    const present = [...this.#identities.keys()].filter(
      (name) => this.realm.session(this.id(name)) && !vanished.includes(name),
    );
    return this.crash({ present });
  }

  /** The realm starts again without having parked anything; the sockets of `present` sessions, if any, are still there. */
  crash({ present = [] }: { present?: readonly string[] } = {}): Sent {
    this.realm = this.#newRealm();
    return this.#sent(this.realm.wake(present.map((name) => structuredClone(this.#identity(name)))));
  }

  /** How many rows each table has. */
  rowCounts(): Record<string, number> {
    const { store } = this;
    return {
      sessions: store.sessions().length,
      subscriptions: store.subscriptions().length,
      subscribers: store.subscribers().length,
      registrations: store.registrations().length,
      callees: store.callees().length,
      invocations: store.invocations().length,
      ...store.keptCounts(),
    };
  }

  #identity(name: string): Identity {
    const identity = this.#identities.get(name);
    if (!identity) throw new Error(`nobody is called ${name}`);
    return identity;
  }

  #newRealm(): Realm {
    return new Realm({
      store: this.store,
      now: () => this.clock,
      randomId: () => ++this.#lastPublication,
      settings: this.settings,
      reader: payloadReader,
      may: (...wish) => this.may(...wish),
      fault: (error, session) => {
        this.faults.push(error);
        this.faulty.push(session);
      },
    });
  }

  #sent(deliveries: readonly Delivery[]): Sent {
    const sent: Sent = {};
    for (const { message, to } of deliveries) {
      if (to.length === 0) throw new Error(`a ${message.type} for nobody`);
      for (const id of to) {
        const name = this.#names.get(id) ?? String(id);
        sent[name] ??= [];
        sent[name].push(wire(message));
        const heard = this.#heard.get(name) ?? [];
        heard.push(wire(message));
        this.#heard.set(name, heard);
      }
    }
    return sent;
  }
}

const json = createSerializers({ limits: DEFAULT_FRAME_LIMITS, payloadAt })("wamp.2.json");

/** What a client's wire list is once it was read from a JSON frame. */
export function envelope(wire: Wire): Envelope {
  return json.decode(JSON.stringify(wire));
}

/** What a client reads of a message. */
export function wire(message: RouterMessage): Wire {
  return JSON.parse(String(json.encode(unparse(message)))) as Wire; // a message is a list
}
