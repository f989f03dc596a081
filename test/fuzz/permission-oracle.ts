/**
 * Permissions by definition, slowly: each rule is a regular expression, and a pattern is the list of what it matches in a
 * small universe. Shares nothing with src/auth but its types.
 *
 * The universe tells rules and patterns apart if these use the components a, b and ab only, three at most: it has each
 * of them, each with something appended, one that nobody uses, and URIs of one component more.
 */
import type { Action, Match, PermissionRule, Permit, RoleRules, Subject } from "../../src/auth/permission.ts";

const COMPONENTS = ["a", "b", "ab", "ax", "bx", "abx", "z"];
const TWO = COMPONENTS.flatMap((one) => COMPONENTS.map((two) => `${one}.${two}`));
const THREE = TWO.flatMap((start) => COMPONENTS.map((end) => `${start}.${end}`));

export const UNIVERSE: readonly string[] = [
  ...COMPONENTS,
  ...TWO,
  ...THREE,
  ...THREE.map((start) => `${start}.z`),
];

/** What a rule means for one session and action. */
interface Meaning {
  readonly rule: PermissionRule;
  readonly index: number;
  readonly matches: RegExp;
  /** The URI with what stands for the holes; undefined where a rule denies whatever it could mean. */
  readonly text: string | undefined;
}

interface Found {
  readonly by: Meaning | undefined;
  readonly exceptions: boolean;
}

export class Oracle {
  readonly #realm: string;
  readonly #roles: readonly RoleRules[];

  constructor(realm: string, roles: readonly RoleRules[]) {
    this.#realm = realm;
    this.#roles = roles;
  }

  may(subject: Subject, action: Action, uri: string, match: Match): Permit | "ask" {
    const denied = { allow: false, disclose: false, exceptions: false };
    const role = this.#roles.find(({ name }) => name === subject.authrole);
    if (!role) return denied;
    const matched = match === "exact" ? [uri] : matchedBy(uri, match);
    const mine = find(this.#meanings(role.permissions, subject, action), matched, action);
    const scope = subject.scope && find(this.#meanings(subject.scope, subject, action), matched, action);
    if (scope && !scope.by?.rule.allow[action]) return denied;
    if (!mine.by) return role.authorizer === undefined ? denied : "ask";
    if (!mine.by.rule.allow[action]) return denied;
    const { caller, publisher } = mine.by.rule.disclose;
    const disclose = action === "call" ? caller : action === "publish" ? publisher : false;
    return { allow: true, disclose, exceptions: mine.exceptions || scope?.exceptions === true };
  }

  #meanings(rules: readonly PermissionRule[], subject: Subject, action: Action): Meaning[] {
    return rules.flatMap((rule, index): Meaning[] => {
      const pieces = rule.uri.split(/(\{authid\}|\{authrole\}|\{realm\})/);
      const values = pieces.map((piece) => this.#value(piece, subject));
      const text = values.join(""); // without those that do not fit
      const intrudes = /^wamp(\.|$)/.test(text) && !/^wamp(\.|$)/.test(rule.uri);
      if (values.includes(undefined) || intrudes) {
        return rule.allow[action] ? [] : [{ rule, index, matches: loosely(rule), text: undefined }];
      }
      const holed = pieces.length > 1;
      const cut = holed && rule.match === "prefix" && !pieces.at(-1)?.includes(".") && rule.allow[action];
      const matches = cut ? expression(`${escaped(text)}(\\..*)?`) : language(text, rule.match);
      return [{ rule, index, matches, text }];
    });
  }

  /** What stands for a piece of a rule's URI; undefined where it may not. */
  #value(piece: string, { authid, authrole }: Subject): string | undefined {
    if (piece === "{authid}") return isComponent(authid) ? authid : undefined;
    if (piece === "{authrole}") return isComponent(authrole) ? authrole : undefined;
    if (piece === "{realm}") return this.#realm.split(".").every(isComponent) ? this.#realm : undefined;
    return piece;
  }
}

/** Pattern to all that it matches in the universe. */
const MATCHED = new Map<string, readonly string[]>();

/** All that a pattern matches in the universe. */
export function matchedBy(uri: string, match: Match): readonly string[] {
  const key = `${match} ${uri}`;
  const found = MATCHED.get(key) ?? UNIVERSE.filter((each) => language(uri, match).test(each));
  MATCHED.set(key, found);
  return found;
}

function find(meanings: readonly Meaning[], matched: readonly string[], action: Action): Found {
  const isIn =
    ({ matches }: Meaning) =>
    (uri: string) =>
      test(matches, uri);
  const whole = meanings.filter(
    (each) => (matched.length === 1 || each.text !== undefined) && matched.every(isIn(each)),
  );
  const by = whole.find((each) => whole.every((other) => each === other || beats(each, other, action)));
  const exceptions = meanings.some(
    (each) =>
      !whole.includes(each) &&
      !each.rule.allow[action] &&
      matched.some(isIn(each)) &&
      (by === undefined || beats(each, by, action)),
  );
  return { by, exceptions };
}

/** Expression to URI to whether it matches: the universe is asked about again and again. */
const TESTED = new Map<string, Map<string, boolean>>();

function test(expression: RegExp, uri: string): boolean {
  let known = TESTED.get(expression.source);
  if (!known) {
    if (TESTED.size > 4_000) TESTED.clear();
    known = new Map();
    TESTED.set(expression.source, known);
  }
  const found = known.get(uri) ?? expression.test(uri);
  known.set(uri, found);
  return found;
}

/** Exact before prefix before wildcard; then the longer prefix, or the longer runs of literal components; then denial. */
function beats(one: Meaning, other: Meaning, action: Action): boolean {
  const order = ["exact", "prefix", "wildcard"];
  const [first, second] = [order.indexOf(one.rule.match), order.indexOf(other.rule.match)];
  if (first !== second) return first < second;
  const [mine, its] = [specificity(one), specificity(other)];
  for (let at = 0; at < Math.max(mine.length, its.length); at++) {
    const [a, b] = [mine[at] ?? 0, its[at] ?? 0];
    if (a !== b) return a > b;
  }
  if (one.rule.allow[action] !== other.rule.allow[action]) return other.rule.allow[action];
  return one.index < other.index;
}

function specificity({ rule, text }: Meaning): number[] {
  if (text === undefined) return [1_000];
  if (rule.match === "exact") return [0];
  if (rule.match === "prefix") return [text.length];
  const runs = [0];
  for (const component of text.split(".")) {
    if (component === "") runs.push(0);
    else runs.push((runs.pop() ?? 0) + 1);
  }
  // What has no wildcard is before what has one, however short.
  return runs.length === 1 ? [999] : runs;
}

function language(uri: string, match: Match): RegExp {
  if (match === "exact") return expression(escaped(uri));
  if (match === "prefix") return expression(`${escaped(uri)}.*`);
  const components = uri.split(".").map((each) => (each === "" ? "[^.]+" : escaped(each)));
  return expression(components.join("\\."));
}

/** Any text for each hole and each empty component. */
function loosely({ match, uri }: PermissionRule): RegExp {
  if (match === "wildcard") {
    const components = uri.split(".").map((each) => (each === "" ? ".*" : loose(each)));
    return expression(components.join("\\."));
  }
  return expression(`${loose(uri)}${match === "prefix" ? ".*" : ""}`);
}

function loose(text: string): string {
  return text
    .split(/(\{authid\}|\{authrole\}|\{realm\})/)
    .map((each, at) => (at % 2 ? ".*" : escaped(each)))
    .join("");
}

function expression(source: string): RegExp {
  return new RegExp(`^(?:${source})$`, "s");
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** Character by character: no white space, no control character, nothing that means something to any broker's patterns. */
function isComponent(text: string): boolean {
  if (text === "" || text.length > 256 || text !== text.toWellFormed()) return false;
  return [...text].every((each) => {
    const code = each.codePointAt(0) ?? 0;
    return code > 32 && (code < 127 || code > 160) && !/\s/u.test(each) && !".#*{}".includes(each);
  });
}
