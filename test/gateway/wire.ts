/**
 * A gateway with a realm behind it and clients before it: real serializers, real router, a store in memory, a clock that
 * moves when told. Ids are counted from 101 on, sessions and publications in one sequence, so that expectations are literal.
 */
import { expect } from "vitest";
import { Anonymous } from "../../src/auth/anonymous.ts";
import type { AuthMethod } from "../../src/auth/method.ts";
import type { RoleTerms } from "../../src/gateway/admission.ts";
import { DEFAULT_GATEWAY_SETTINGS, Gateway, type GatewaySettings } from "../../src/gateway/gateway.ts";
import type { Memo } from "../../src/gateway/peer.ts";
import type { GatewayPorts } from "../../src/gateway/settings.ts";
import { announcement } from "../../src/router/announcement.ts";
import { type May, mayEverything } from "../../src/router/authorization.ts";
import { PARK_AFTER, Realm } from "../../src/router/realm.ts";
import { DEFAULT_REALM_SETTINGS, type RealmSettings } from "../../src/router/settings.ts";
import { payloadReader } from "../../src/serializer/payload-reader.ts";
import {
  DEFAULT_FRAME_LIMITS,
  type Serializer,
  SUBPROTOCOLS,
  type Subprotocol,
} from "../../src/serializer/serializer.ts";
import { createSerializers } from "../../src/serializer/serializers.ts";
import { payloadAt } from "../../src/wamp/message.ts";
import { MemoryStore } from "../router/memory-store.ts";
import { Client, type Wire } from "./client.ts";

export const serializers = createSerializers({ limits: DEFAULT_FRAME_LIMITS, payloadAt });

export interface WireOptions {
  readonly methods?: readonly AuthMethod[];
  readonly settings?: Partial<GatewaySettings>;
  readonly store?: MemoryStore;
  readonly serializer?: (subprotocol: Subprotocol) => Serializer;
  readonly realm?: Partial<RealmSettings>;
  /** The id before the first. */
  readonly lastId?: number;
  /** Role name to its terms; default: there is every role, and its sessions are held to nothing. */
  readonly roles?: Readonly<Record<string, RoleTerms>>;
  readonly may?: May;
  /** What else the gateway is given, anew after each sleep; it may ask this room's clock and gateway. */
  readonly ports?: (room: WireRoom) => Partial<GatewayPorts>;
}

/** The terms of a role that is held to nothing. */
export const MANY: RoleTerms = { singleSession: "many" };

export class WireRoom {
  readonly store: MemoryStore;
  readonly settings: GatewaySettings;
  readonly log: Readonly<Record<string, unknown>>[] = [];
  readonly clients: Client[] = [];
  readonly #methods: readonly AuthMethod[];
  readonly #options: WireOptions;
  readonly #serializer: (subprotocol: Subprotocol) => Serializer;
  /** Milliseconds since 1970. */
  clock = 1_000_000;
  gateway: Gateway;
  readonly #realm: RealmSettings;
  #lastId: number;

  constructor(options: WireOptions = {}) {
    this.#options = options;
    this.store = options.store ?? new MemoryStore();
    this.settings = { ...DEFAULT_GATEWAY_SETTINGS, ...options.settings };
    this.#methods = options.methods ?? [new Anonymous("everybody")];
    this.#serializer = options.serializer ?? serializers;
    this.#realm = { ...DEFAULT_REALM_SETTINGS, ...options.realm };
    this.#lastId = options.lastId ?? 100;
    this.gateway = this.#newGateway();
    this.gateway.wake([]);
  }

  /** A socket is accepted; nothing is said yet. */
  open(subprotocol: Subprotocol = "wamp.2.json"): Client {
    const client = new Client(subprotocol, () => this.gateway);
    this.clients.push(client);
    return client;
  }

  /** A client that has joined. */
  join(subprotocol: Subprotocol = "wamp.2.json", details?: Readonly<Record<string, unknown>>): Client {
    return this.open(subprotocol).join(details);
  }

  /** One joined client for each subprotocol. */
  joinAll(): Client[] {
    return SUBPROTOCOLS.map((subprotocol) => this.join(subprotocol));
  }

  /** Time passes, and what is due is done. */
  pass(milliseconds: number): void {
    this.clock += milliseconds;
    this.gateway.tick(this.clock);
  }

  /** The realm sleeps and wakes from its rows and its sockets' memos; the sockets of `vanished` are gone by then. */
  sleep({ vanished = [] }: { vanished?: readonly Client[] } = {}): void {
    this.pass(PARK_AFTER);
    this.wake(this.clients.filter(({ peer }) => !peer.closed).filter((client) => !vanished.includes(client)));
  }

  /** A new gateway with these clients, each at its memo or at the given one. */
  wake(present: readonly Client[], memo?: (memo: Memo) => Memo): void {
    const sockets = present.map(({ peer }) => {
      if (!peer.memo) throw new Error("a socket has no memo");
      return { peer, memo: structuredClone(memo ? memo(peer.memo) : peer.memo) };
    });
    this.gateway = this.#newGateway();
    for (const [index, connection] of this.gateway.wake(sockets).entries()) {
      const client = present[index];
      if (client) client.connection = connection;
    }
  }

  #newGateway(): Gateway {
    const { roles, may = mayEverything, ports } = this.#options;
    return new Gateway({
      realm: new Realm({
        store: this.store,
        now: () => this.clock,
        randomId: () => ++this.#lastId,
        settings: this.#realm,
        reader: payloadReader,
        may,
        fault: (error, session) => this.log.push({ event: "fault", session, error: String(error) }),
      }),
      doorway: {
        realm: "realm1",
        announcement: announcement(this.#realm),
        elsewhere: (realm) => (realm === "realm2" ? "/ws/realm2" : undefined),
        methods: this.#methods,
        role: (name) => (roles ? roles[name] : MANY),
      },
      serializer: this.#serializer,
      settings: this.settings,
      now: () => this.clock,
      log: (entry) => this.log.push(entry),
      may,
      requestIdCheck: this.#realm.requestIdCheck,
      ...ports?.(this),
    });
  }
}

/** The WELCOME of an anonymous session. */
export function welcome(session: number): Wire {
  return [
    2,
    session,
    {
      roles: ANNOUNCED_ON_THE_WIRE,
      agent: "edgebahn",
      realm: "realm1",
      authid: `anonymous-${session.toString(36)}`,
      authrole: "anonymous",
      authmethod: "anonymous",
      authprovider: "static",
    },
  ];
}

export const ANNOUNCED_ON_THE_WIRE = Object.fromEntries(
  Object.entries<readonly string[]>({ ...announcement(DEFAULT_REALM_SETTINGS) }).map(([role, features]) => [
    role,
    { features: Object.fromEntries(features.map((feature) => [feature, true])) },
  ]),
);

/** Some text for people; what it says is no part of the protocol (SES-61). */
export const TEXT = expect.stringMatching(/\S/);

export function abort(reason: string): Wire {
  return [3, { message: TEXT }, reason];
}

export const VIOLATION = abort("wamp.error.protocol_violation");

/** How a connection ends on a violation. */
export const VIOLATED = { code: 1002, reason: "wamp.error.protocol_violation" };

export { SUBPROTOCOLS };
