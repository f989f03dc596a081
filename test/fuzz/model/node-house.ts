/** The real gateway, realm, permissions and serializers in one process, with a store in memory and clients on fake sockets. */
import { Anonymous } from "../../../src/auth/anonymous.ts";
import { Authority } from "../../../src/auth/authority.ts";
import type { AuthMethod, SignIn, Verdict } from "../../../src/auth/method.ts";
import type { Action, PermissionRule, Subject } from "../../../src/auth/permission.ts";
import { DEFAULT_GATEWAY_SETTINGS, Gateway } from "../../../src/gateway/gateway.ts";
import { announcement } from "../../../src/router/announcement.ts";
import type { May } from "../../../src/router/authorization.ts";
import { PARK_AFTER, Realm } from "../../../src/router/realm.ts";
import { DEFAULT_REALM_SETTINGS, type RealmSettings } from "../../../src/router/settings.ts";
import { payloadReader } from "../../../src/serializer/payload-reader.ts";
import { DEFAULT_FRAME_LIMITS, type Subprotocol } from "../../../src/serializer/serializer.ts";
import { createSerializers } from "../../../src/serializer/serializers.ts";
import { payloadAt } from "../../../src/wamp/message.ts";
import { Client } from "../../gateway/client.ts";
import { MemoryStore } from "../../router/memory-store.ts";
import type { House } from "./house.ts";
import { LIMITS, POLICIES, PRINCIPALS, type Rule, type Settings, TAKEOVER } from "./premises.ts";
import type { Happening } from "./reference.ts";
import type { Wire } from "./world.ts";

const serializers = createSerializers({ limits: DEFAULT_FRAME_LIMITS, payloadAt });

/** Admits whoever is known by name, as a fake of the seam. */
const told: AuthMethod = {
  name: "told",
  offered: () => true,
  challenge({ details: { authid = "" } }: SignIn): Verdict {
    const authrole = PRINCIPALS[authid];
    if (authrole === undefined) throw new Error(`nobody is called ${authid}`);
    return { principal: { authid, authrole, authprovider: "test" } };
  },
  verify(): never {
    throw new Error("there is no challenge");
  },
};

export class NodeHouse implements House {
  readonly realm = "realm1";
  readonly policy = 0;
  readonly knowsNames = true;
  readonly mayRevoke = true;
  readonly quiet = PARK_AFTER;
  readonly store = new MemoryStore();
  /** What the router logged of its own faults. */
  readonly faults: unknown[] = [];
  now = 1_700_000_000_000;
  readonly #settings: RealmSettings;
  readonly #clients: Client[] = [];
  /** Those whose socket is gone. */
  readonly #gone = new Set<Client>();
  #gateway: Gateway;
  #authority = this.#authorityOf(0);
  #lastId = 0;

  constructor(settings: Settings) {
    this.#settings = {
      ...DEFAULT_REALM_SETTINGS,
      ...settings,
      metaKill: true,
      metaModify: true,
      limits: () => LIMITS,
    };
    this.#gateway = this.#newGateway();
    this.#gateway.wake([]);
  }

  happen(happening: Happening): void {
    switch (happening.what) {
      case "open":
        // The scenario names one of the six.
        this.#clients.push(new Client(happening.subprotocol as Subprotocol, () => this.#gateway));
        break;
      case "say":
        this.#clients[happening.connection]?.sayTogether(...happening.wires);
        break;
      case "vanish":
        this.#vanish(happening.connection);
        break;
      case "pass":
        this.#pass(happening.milliseconds);
        break;
      case "sleep":
        this.#pass(happening.after);
        this.#wake(happening.vanished);
        break;
      case "policy":
        this.#authority = this.#authorityOf(happening.policy);
        this.#gateway.reconsider();
        break;
    }
    if (this.faults.length > 0) throw new Error(`the router logged a fault: ${JSON.stringify(this.faults)}`);
  }

  heard(): Wire[][] {
    return this.#clients.map((client) => client.heard() as Wire[]); // every message is a list
  }

  closed(connection: number): boolean {
    const client = this.#clients[connection];
    return client !== undefined && (client.peer.closed !== undefined || this.#gone.has(client));
  }

  rows(): Record<string, number> {
    const { store } = this;
    return {
      ...store.keptCounts(),
      sessions: store.sessions().length,
      subscriptions: store.subscriptions().length,
      subscribers: store.subscribers().length,
      registrations: store.registrations().length,
      callees: store.callees().length,
      invocations: store.invocations().length,
    };
  }

  #pass(milliseconds: number): void {
    this.now += milliseconds;
    this.#gateway.tick(this.now);
  }

  #vanish(connection: number): void {
    const client = this.#clients[connection];
    if (!client) return;
    this.#gone.add(client);
    client.vanish();
  }

  #wake(vanished: readonly number[]): void {
    for (const connection of vanished) {
      const client = this.#clients[connection];
      if (client) this.#gone.add(client);
    }
    const present = this.#clients.filter((client) => !this.#gone.has(client) && !client.peer.closed);
    this.#gateway = this.#newGateway();
    const sockets = present.flatMap(({ peer }) =>
      peer.memo ? [{ peer, memo: structuredClone(peer.memo) }] : [],
    );
    for (const [index, connection] of this.#gateway.wake(sockets).entries()) {
      const client = present[index];
      if (client) client.connection = connection;
    }
  }

  #newGateway(): Gateway {
    const settings = this.#settings;
    const may: May = (identity, action, uri, match) => {
      const permit = this.#authority.may(identity as Subject, action, uri, match); // a scope is not given here
      if (permit === "ask") throw new Error("there is nobody to ask");
      return permit;
    };
    const now = () => this.now;
    const fault = (error: unknown) => this.faults.push(String(error));
    return new Gateway({
      realm: new Realm({
        store: this.store,
        now,
        // Each is another, and none follows from the one before by a rule that a choice among few callees could show.
        randomId: () => ((this.#lastId++ * 2_654_435_761) % 4_294_967_291) + 1,
        settings,
        reader: payloadReader,
        may,
        fault,
      }),
      doorway: {
        realm: this.realm,
        announcement: announcement(settings),
        elsewhere: () => undefined,
        methods: [told, new Anonymous("everybody")],
        role: (name) => ({ singleSession: TAKEOVER.includes(name) ? "newest" : "many" }),
      },
      serializer: serializers,
      settings: DEFAULT_GATEWAY_SETTINGS,
      now,
      log: (entry) => entry.event === "fault" && fault(entry.error),
      may,
    });
  }

  #authorityOf(policy: number): Authority {
    const roles = Object.entries(POLICIES[policy] ?? {}).map(([name, rules]) => ({
      name,
      permissions: rules.map(permission),
    }));
    return new Authority({ realm: "realm1", roles, now: () => this.now });
  }
}

function permission({ uri, match, allow, disclose = false }: Rule): PermissionRule {
  const has = (action: Action) => allow.includes(action);
  return {
    uri,
    match,
    allow: {
      call: has("call"),
      register: has("register"),
      publish: has("publish"),
      subscribe: has("subscribe"),
    },
    disclose: { caller: disclose, publisher: disclose },
    cache: true,
  };
}
