/** Seeded policies, sessions and wishes for the permission oracle. */
import type { Action, Match, PermissionRule, RoleRules, Subject } from "../../src/auth/permission.ts";
import { UNIVERSE } from "./permission-oracle.ts";

export const ACTIONS: readonly Action[] = ["call", "register", "publish", "subscribe"];
const MATCHES: readonly Match[] = ["exact", "prefix", "wildcard"];
const LITERALS = ["a", "b", "ab"];

/** Names that are not one component of a URI, or that would mean something if they were read again. */
export const ODD_NAMES = [
  "",
  ".",
  "..",
  "a.",
  ".a",
  "a.b",
  "a..b",
  "*",
  "a*",
  "#",
  "a#b",
  "a b",
  " ",
  "\t",
  "a\n",
  "a\u0000",
  "\u0085",
  "\u00a0",
  "\u2003",
  "\u007f",
  "{realm}",
  "{authid}",
  "a}",
  "{",
  "\ud800",
  "a\udfff",
  "wamp.a",
  "x".repeat(257),
] as const;
/** Odd only to languages that are not WAMP's: they stand for themselves. */
const PLAIN_NAMES = ["$&", "$1", "+", ">", "a\\b", "[^.]", "wamp", "ä", "__proto__", "x".repeat(256)];

export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** mulberry32: an integer in 0..below-1. */
  under(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  one<T>(choices: readonly T[]): T {
    return choices[this.under(choices.length)] as T; // there is one: no list here is empty
  }

  chance(percent: number): boolean {
    return this.under(100) < percent;
  }

  list<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.under(most + 1) }, make);
  }
}

export interface Case {
  readonly realm: string;
  readonly roles: readonly RoleRules[];
  readonly subjects: readonly Subject[];
  /** The universe tells apart whatever is asked for: names are short and in it. */
  readonly complete: boolean;
}

/** One realm, its rules and two sessions. */
export function draw(dice: Dice): Case {
  const complete = dice.chance(50);
  const realm = complete
    ? dice.one(LITERALS)
    : dice.one(["a", "b", "a.b", "com.example.x", "a..b", "", "wamp"]);
  const role = complete || dice.chance(90) ? dice.one(LITERALS) : dice.one([...ODD_NAMES, ...PLAIN_NAMES]);
  const makeRule = () => rule(dice, complete);
  const authorizer = dice.chance(25) ? { authorizer: "z.authorize" } : {};
  const roles = [
    { name: role, permissions: dice.list(6, makeRule), ...authorizer },
    { name: "unused", permissions: [makeRule()] },
  ];
  const subject = (): Subject => ({
    authid: complete ? dice.one(LITERALS) : dice.one([...ODD_NAMES, ...PLAIN_NAMES, ...LITERALS]),
    authrole: dice.chance(97) ? role : "nobody",
    ...(dice.chance(20) ? { scope: dice.list(3, makeRule) } : {}),
  });
  return { realm, roles, subjects: [subject(), subject()], complete };
}

function rule(dice: Dice, complete: boolean): PermissionRule {
  const match = dice.one(MATCHES);
  const holes = ["{authid}", "{authid}", "{authrole}", "{realm}"];
  const partly = ["a{authid}", "{authid}-{authrole}", "w{authid}", "{realm}{authid}", "wamp"];
  const component = (last: boolean) => {
    if (dice.chance(25)) return dice.one(complete ? holes : [...holes, ...partly]);
    if (match === "wildcard" ? dice.chance(40) : match === "prefix" && last && dice.chance(40)) return "";
    return dice.one(LITERALS);
  };
  const count = 1 + dice.under(3);
  const uri = Array.from({ length: count }, (_, at) => component(at === count - 1)).join(".");
  const flag = () => dice.chance(50);
  return {
    uri: dice.chance(10) && match === "prefix" ? "" : uri,
    match,
    allow: { call: flag(), register: flag(), publish: dice.chance(70), subscribe: dice.chance(70) },
    disclose: { caller: flag(), publisher: flag() },
    cache: dice.chance(80),
  };
}

/** A URI to ask for: most are in the universe. */
export function drawUri(dice: Dice, { authid }: Subject): string {
  if (dice.chance(75)) return dice.one(UNIVERSE);
  if (dice.chance(30)) return dice.one(["wamp", "wamp.a", "wamp.session.count", "a.a.a.a.a"]);
  const around = dice.one(["", "a.", "b."]) + authid + dice.one(["", "x", ".a", ".b.z"]);
  // Only what the router takes for a URI.
  return /^[^\s.#]+(\.[^\s.#]+)*$/.test(around) ? around : dice.one(UNIVERSE);
}

/** A pattern to ask for, or that of a rule. */
export function drawPattern(dice: Dice, rules: readonly PermissionRule[]): { uri: string; match: Match } {
  const patterns = rules.filter(({ uri, match }) => match !== "exact" && !uri.includes("{"));
  if (patterns.length > 0 && dice.chance(25)) return dice.one(patterns);
  const match = dice.one(["prefix", "wildcard"] as const);
  const count = 1 + dice.under(3);
  const component = (_: unknown, at: number) =>
    (match === "wildcard" || at === count - 1) && dice.chance(50) ? "" : dice.one(LITERALS);
  return { uri: Array.from({ length: count }, component).join("."), match };
}
