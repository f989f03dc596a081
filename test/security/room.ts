/**
 * A realm as it is deployed, without the platform: read from a configuration as wrangler.toml would have it, with its real
 * methods, permissions, limits and gateway. Rows are in memory, the clock moves when told, and connections come from where
 * the test says. Ids are counted from 101 on.
 */
import { Authority } from "../../src/auth/authority.ts";
import { DeviceBook } from "../../src/auth/device-book.ts";
import type { AuthMethod, Origin } from "../../src/auth/method.ts";
import type { RoleRules } from "../../src/auth/permission.ts";
import { decider, mayBy } from "../../src/cloudflare/policy.ts";
import { type SignInDoors, type SignInPorts, signInDoors } from "../../src/cloudflare/sign-in.ts";
import { attemptSettings, gatewaySettings, roleTerms } from "../../src/cloudflare/terms.ts";
import { type RealmConfig, readConfig, realmSettings } from "../../src/config.ts";
import type { RoleTerms } from "../../src/gateway/admission.ts";
import { type AttemptSettings, Attempts } from "../../src/gateway/attempts.ts";
import type { Desk } from "../../src/gateway/desk.ts";
import { Gateway, type GatewaySettings } from "../../src/gateway/gateway.ts";
import { announcement } from "../../src/router/announcement.ts";
import { PARK_AFTER, Realm } from "../../src/router/realm.ts";
import type { RealmSettings } from "../../src/router/settings.ts";
import { payloadReader } from "../../src/serializer/payload-reader.ts";
import type { Subprotocol } from "../../src/serializer/serializer.ts";
import { MemoryDevices } from "../auth/memory-devices.ts";
import { Client, ROLES, type Wire } from "../gateway/client.ts";
import { MemoryAttempts } from "../gateway/memory-attempts.ts";
import { serializers } from "../gateway/wire.ts";
import { MemoryStore } from "../router/memory-store.ts";

/** A realm as in wrangler.toml. */
export interface RealmVars {
  readonly name?: string;
  readonly [setting: string]: unknown;
}

/** What a configuration comes to. */
export interface Parts {
  readonly realm: string;
  readonly roles: readonly RoleRules[];
  readonly terms: ReadonlyMap<string, RoleTerms>;
  readonly settings: RealmSettings;
  readonly gateway: GatewaySettings;
  readonly attempts: AttemptSettings;
  readonly doors: (ports: Pick<SignInPorts, "ask" | "now" | "log">) => SignInDoors;
  readonly desk?: Desk;
}

export const MOCK_KEY = Uint8Array.from({ length: 32 }, (_, at) => at + 1);

/** @param secrets the Worker's @throws ConfigError */
export function partsOf(vars: RealmVars, secrets: Readonly<Record<string, string>> = {}): Parts {
  const env = { ...secrets, REALMS: [{ name: "realm1", ...vars }] };
  const config = readConfig(env).defaultRealm;
  if (!config) throw new Error("there is no realm");
  return {
    realm: config.name,
    roles: rolesOf(config),
    terms: roleTerms(config),
    settings: realmSettings(config),
    gateway: gatewaySettings(config),
    attempts: attemptSettings(config),
    doors: (ports) => {
      const devices = new DeviceBook(new MemoryDevices());
      return signInDoors({ ...ports, realm: config.name, config, env, devices, mockKey: () => MOCK_KEY });
    },
  };
}

export function rolesOf({ roles }: Pick<RealmConfig, "roles">): readonly RoleRules[] {
  return roles;
}

/** A client that comes from somewhere. */
class Visitor extends Client {
  constructor(subprotocol: Subprotocol, gateway: () => Gateway, origin: Origin) {
    super(subprotocol, gateway);
    gateway().close(this.connection);
    this.connection = gateway().open(this.peer, subprotocol, origin);
  }
}

export interface Coming {
  readonly subprotocol?: Subprotocol;
  readonly origin?: Partial<Origin>;
}

export class Room {
  readonly store = new MemoryStore();
  readonly attempts = new MemoryAttempts();
  readonly log: Readonly<Record<string, unknown>>[] = [];
  readonly clients: Client[] = [];
  clock = Date.UTC(2026, 10, 22, 12);
  gateway: Gateway;
  methods: readonly AuthMethod[] = [];
  #parts: Parts;
  #authority: Authority;
  #lastId = 100;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#authority = this.#newAuthority(parts.roles);
    this.gateway = this.#newGateway();
    this.gateway.wake([]);
  }

  /** How many ids of sessions and publications were given. */
  get idsGiven(): number {
    return this.#lastId;
  }

  open({ subprotocol = "wamp.2.json", origin = {} }: Coming = {}): Client {
    const client = new Visitor(subprotocol, () => this.gateway, { local: false, ...origin });
    this.clients.push(client);
    return client;
  }

  /** Signs in by ticket, which must be right. */
  async join(authid: string, ticket: string, details: object = ROLES): Promise<Client> {
    const client = this.open();
    const [challenge] = await ask(client, 1, this.#parts.realm, {
      ...details,
      authmethods: ["ticket"],
      authid,
    });
    if (challenge?.[0] !== 4) throw new Error(`no CHALLENGE but ${JSON.stringify(challenge)}`);
    const [welcome] = await ask(client, 5, ticket, {});
    if (welcome?.[0] !== 2) throw new Error(`no WELCOME but ${JSON.stringify(welcome)}`);
    return client;
  }

  pass(milliseconds: number): void {
    this.clock += milliseconds;
    this.gateway.tick(this.clock);
  }

  /** The realm sleeps and wakes, perhaps with another configuration. */
  sleep(parts: Parts = this.#parts): void {
    this.pass(PARK_AFTER);
    const present = this.clients.filter(({ peer, connection }) => {
      return !peer.closed && connection.state.phase !== "ended";
    });
    const sockets = present.map(({ peer }) => {
      if (!peer.memo) throw new Error("a socket has no memo");
      return { peer, memo: structuredClone(peer.memo) };
    });
    if (parts !== this.#parts) this.#authority = this.#newAuthority(parts.roles);
    this.#parts = parts;
    this.gateway = this.#newGateway();
    for (const [index, connection] of this.gateway.wake(sockets).entries()) {
      const client = present[index];
      if (client) client.connection = connection;
    }
  }

  /** Other permissions, at once. */
  change(roles: readonly RoleRules[]): void {
    this.#authority = this.#newAuthority(roles);
    this.gateway.reconsider();
  }

  /** Rows of every kind. */
  rows(): Readonly<Record<string, number>> {
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

  #newAuthority(roles: readonly RoleRules[]): Authority {
    return new Authority({ realm: this.#parts.realm, roles, now: () => this.clock });
  }

  #newGateway(): Gateway {
    const { realm: name, settings, terms, gateway, roles, attempts, doors: open, desk } = this.#parts;
    const now = () => this.clock;
    const log = (entry: Readonly<Record<string, unknown>>) => void this.log.push(entry);
    const askRealm = (procedure: string, args: readonly unknown[]) => this.gateway.ask(procedure, args);
    const doors = open({ ask: askRealm, now, log });
    this.methods = doors.methods;
    // The authority may change while the gateway stays.
    const may: ReturnType<typeof mayBy> = (...asked) => mayBy(this.#authority)(...asked);
    const roleConfigs = roles.map((role) => role as RealmConfig["roles"][number]); // only their names and ttls are read
    return new Gateway({
      realm: new Realm({
        store: this.store,
        now,
        randomId: () => ++this.#lastId,
        settings,
        reader: payloadReader,
        may,
        fault: (error, session) => this.log.push({ event: "fault", session, error: String(error) }),
      }),
      doorway: {
        realm: name,
        announcement: announcement(settings),
        elsewhere: () => undefined,
        methods: doors.methods,
        role: (authrole) => terms.get(authrole),
      },
      serializer: serializers,
      settings: gateway,
      now,
      log,
      attempts: new Attempts(this.attempts, attempts, now),
      may,
      decide: (undecided) =>
        decider({ authority: this.#authority, ask: askRealm, realm: name, roles: roleConfigs, settings })(
          undecided,
        ),
      ...(desk && { desk }),
      requestIdCheck: settings.requestIdCheck,
      stillWelcome: doors.stillWelcome,
    });
  }
}

/** Says one message and waits for all that comes of it. */
export async function ask(client: Client, ...wire: unknown[]): Promise<Wire[]> {
  client.say(...wire);
  await client.busy;
  return client.heard() as Wire[]; // messages are lists
}

export const EVERYTHING = {
  uri: "",
  match: "prefix",
  allow: { call: true, register: true, publish: true, subscribe: true },
};
