/**
 * A seeded policy behind a real gateway, two sessions that it is about, and a witness who may do everything: it hears all
 * topics and serves all procedures. Whatever is allowed shows at the witness, and whatever it says shows at the sessions.
 */
import { JwtVerifier } from "../../src/auth/jwt.ts";
import type { Action, Match, PermissionRule, Permit, RoleRules, Subject } from "../../src/auth/permission.ts";
import { StaticBook } from "../../src/auth/static-book.ts";
import { Ticket } from "../../src/auth/ticket.ts";
import { DEFAULT_ATTEMPT_SETTINGS } from "../../src/gateway/attempts.ts";
import { DEFAULT_GATEWAY_SETTINGS } from "../../src/gateway/gateway.ts";
import { DEFAULT_REALM_SETTINGS, type HistoryRule } from "../../src/router/settings.ts";
import { SECRET, signHs256 } from "../auth/tokens.ts";
import { type Case, type Dice, draw } from "../fuzz/permission-cases.ts";
import { Oracle } from "../fuzz/permission-oracle.ts";
import type { Client, Wire } from "../gateway/client.ts";
import { Room } from "./room.ts";

const TICKET = "the ticket of everybody here";
const WITNESS = "the-witness";
const AUTHORIZER = "z.authorize";
const FEATURES = {
  roles: {
    publisher: {},
    subscriber: { features: { subscription_revocation: true } },
    caller: {},
    callee: { features: { registration_revocation: true } },
  },
};

export const HISTORY: readonly HistoryRule[] = [
  { uri: "", match: "prefix", limit: 1_000, octets: 1_000_000 },
  { uri: "a.", match: "prefix", limit: 1_000, octets: 1_000_000 },
  { uri: ".b", match: "wildcard", limit: 1_000, octets: 1_000_000 },
  { uri: "a.b", match: "exact", limit: 1_000, octets: 1_000_000 },
];

export interface Person {
  readonly client: Client;
  readonly subject: Subject;
  /** Subscription id to what was subscribed to, as the router said. */
  readonly subscriptions: Map<number, { readonly uri: string; readonly match: Match }>;
  readonly registrations: Map<number, { readonly uri: string; readonly match: Match }>;
  /** Topics of the testaments that were taken. */
  readonly testaments: string[];
  request: number;
}

/** A policy that could be a realm's, about two sessions that can sign in. Some of it is about the router's own names. */
export function drawCase(dice: Dice): Case {
  for (;;) {
    const drawn = withMeta(draw(dice), dice);
    const [one, two] = drawn.subjects;
    const names = [one?.authid ?? "", two?.authid ?? "", one?.authrole ?? ""];
    const fits = names.every((name) => name !== "" && name.length <= 256 && name.isWellFormed());
    const present = drawn.subjects.every(({ authrole }) => authrole !== "nobody");
    const printable = drawn.subjects.every(({ authid, scope }) => !scope || !/\p{Cc}/u.test(authid));
    // Whoever has a token and whoever has a ticket must not have one name.
    const apart = one?.authid !== two?.authid || (!one?.scope && !two?.scope);
    if (/^[^\s.#]+(\.[^\s.#]+)*$/.test(drawn.realm) && fits && present && printable && apart) return drawn;
  }
}

function withMeta(drawn: Case, dice: Dice): Case {
  const rules = (given: readonly PermissionRule[], percent: number) =>
    dice.chance(percent) ? [...given, metaRule(dice)] : given;
  return {
    ...drawn,
    roles: drawn.roles.map((role) => ({ ...role, permissions: rules(role.permissions, 80) })),
    subjects: drawn.subjects.map(({ scope, ...subject }) => ({
      ...subject,
      // A token with a rule that could match nothing is no token.
      ...(scope && { scope: rules(scope, 80).filter(({ uri, match }) => isPattern(uri, match)) }),
    })),
  };
}

function isPattern(uri: string, match: Match): boolean {
  const components = uri.split(".");
  const given = match === "wildcard" ? [] : match === "prefix" ? components.slice(0, -1) : components;
  return given.every((component) => component !== "");
}

function metaRule(dice: Dice): PermissionRule {
  const exact = ["wamp.session.on_join", "wamp.session.add_testament", "wamp.subscription.get_events"];
  return {
    ...(dice.chance(80) ? { uri: "wamp.", match: "prefix" } : { uri: dice.one(exact), match: "exact" }),
    allow: { call: dice.chance(85), register: true, publish: true, subscribe: dice.chance(60) },
    disclose: { caller: true, publisher: true },
    cache: true,
  };
}

export class PolicyScene {
  readonly room: Room;
  readonly people: Person[] = [];
  readonly realm: string;
  readonly complete: boolean;
  oracle: Oracle;
  roles: readonly RoleRules[];
  witness!: Client;
  /** What the witness was told and is not yet asked about. */
  #seen: Wire[] = [];

  private constructor({ realm, roles, subjects, complete }: Case) {
    this.realm = realm;
    this.complete = complete;
    this.roles = [...roles, { name: WITNESS, permissions: [ALL] }];
    this.oracle = new Oracle(realm, this.roles);
    const principals = subjects.flatMap(({ authid, authrole, scope }) => (scope ? [] : { authid, authrole }));
    const book = new StaticBook(
      [...principals, { authid: WITNESS, authrole: WITNESS }].map((each) => ({
        ...each,
        credential: { method: "ticket", ticket: TICKET },
      })),
    );
    const terms = new Map(this.roles.map(({ name }) => [name, { singleSession: "many" as const }]));
    const jwtRoles = { realm, secret: SECRET, roles: [...terms.keys()] };
    this.room = new Room({
      realm,
      roles: this.roles,
      terms,
      settings: { ...DEFAULT_REALM_SETTINGS, history: HISTORY, limits: () => NO_LIMITS },
      gateway: DEFAULT_GATEWAY_SETTINGS,
      attempts: DEFAULT_ATTEMPT_SETTINGS,
      doors: ({ now }) => ({
        methods: [new Ticket({ book, jwt: new JwtVerifier(jwtRoles, { now }) })],
        stillWelcome: () => true,
      }),
    });
  }

  static async of(drawn: Case): Promise<PolicyScene> {
    const scene = new PolicyScene(drawn);
    const { room } = scene;
    scene.witness = await room.join(WITNESS, TICKET, FEATURES);
    for (const subject of drawn.subjects) {
      const client = await room.join(subject.authid, await scene.#ticketOf(subject), FEATURES);
      const { subscriptions, registrations } = { subscriptions: new Map(), registrations: new Map() };
      scene.people.push({ client, subject, subscriptions, registrations, testaments: [], request: 0 });
    }
    scene.witness.sayTogether([32, 1, { match: "prefix" }, ""], [64, 2, { match: "prefix" }, ""]);
    scene.witness.heard();
    return scene;
  }

  /** What the oracle says. */
  may({ subject }: Person, action: Action, uri: string, match: Match = "exact"): Permit | "ask" {
    return this.oracle.may(subject, action, uri, match);
  }

  /** Another policy for the same role, at once. */
  change(dice: Dice): void {
    const role = this.people[0]?.subject.authrole ?? "";
    let rules: readonly RoleRules[] = [];
    while (rules.length === 0) {
      const drawn = withMeta(draw(dice), dice);
      if (drawn.complete === this.complete) rules = drawn.roles;
    }
    const [first, ...others] = rules;
    const changed = first ? [{ ...first, name: role }] : [];
    const rest = others.filter(({ name }) => name !== role);
    this.roles = [...changed, ...rest, { name: WITNESS, permissions: [ALL] }];
    this.oracle = new Oracle(this.realm, this.roles);
    this.room.change(this.roles);
  }

  /** A person asks, and hears what came of it: the answer first. The authorizer, who is the witness, never allows. */
  async ask(person: Person, type: number, ...rest: unknown[]): Promise<Wire[]> {
    person.request++;
    person.client.say(type, person.request, ...rest);
    this.#look();
    await person.client.busy;
    return person.client.heard() as Wire[]; // messages are lists
  }

  /** Somebody joins and leaves again. */
  async passBy(): Promise<void> {
    (await this.room.join(WITNESS, TICKET, FEATURES)).vanish();
  }

  /** What the witness says. */
  tell(...wire: unknown[]): Wire[] {
    this.witness.say(...wire);
    return this.seen();
  }

  /** What the witness heard since it was last asked. */
  seen(): Wire[] {
    this.#look();
    return this.#seen.splice(0);
  }

  #look(): void {
    for (const message of this.witness.heard() as Wire[]) {
      const [type, request, , details] = message;
      const { procedure } = details as { procedure?: string };
      if (type === 68 && procedure === AUTHORIZER) this.witness.say(8, 68, request, {}, "com.denied");
      else this.#seen.push(message);
    }
  }

  async #ticketOf({ authid, authrole, scope }: Subject): Promise<string> {
    if (!scope) return TICKET;
    const topics = scope.map(({ uri, match, allow }) => ({ uri, match, allow }));
    const exp = Math.floor(this.room.clock / 1_000) + 86_400;
    return signHs256({ aud: this.realm, sub: authid, role: authrole, topics, exp });
  }
}

const NO_LIMITS = {
  subscriptions: Number.POSITIVE_INFINITY,
  registrations: Number.POSITIVE_INFINITY,
  patterns: Number.POSITIVE_INFINITY,
  pendingCalls: Number.POSITIVE_INFINITY,
  pendingInvocations: Number.POSITIVE_INFINITY,
};

const ALL = {
  uri: "",
  match: "prefix",
  allow: { call: true, register: true, publish: true, subscribe: true },
  disclose: { caller: false, publisher: false },
  cache: true,
} as const;

/** By definition: a wildcard's empty component is any one component. */
export function naiveMatch(uri: string, match: Match, topic: string): boolean {
  if (match === "exact") return uri === topic;
  if (match === "prefix") return topic.slice(0, uri.length) === uri;
  const [wanted, given] = [uri.split("."), topic.split(".")];
  return (
    wanted.length === given.length && given.every((each, at) => wanted[at] === "" || wanted[at] === each)
  );
}
