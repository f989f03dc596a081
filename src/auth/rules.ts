/**
 * A list of rules with one session's names filled in, most specific first, so that the first rule that covers what is
 * asked for decides.
 *
 * Where a name is odd (holes.ts), a rule with a hole for it allows nothing: it is as if it were not there. Where such a
 * rule denies, it denies whatever it could mean for any name: its holes and empty components stand for any text, and it
 * comes before the other rules of its match policy. So nobody gains anything by an odd name.
 */
import { betweenHoles, endsInHole, filled, hasHole, type Names } from "./holes.ts";
import { type Asked, covers, meets, type Pattern, patternOf } from "./pattern.ts";
import type { Action, Match, PermissionRule } from "./permission.ts";

/** A rule in its place. */
export interface Ranked {
  readonly rule: PermissionRule;
  /** Where it stands in the list that was given. */
  readonly index: number;
  readonly pattern: Pattern;
  /** Characters of a prefix; 0 for others. */
  readonly length: number;
  /** Which components of a wildcard pattern are empty, in order; none for others. */
  readonly wildcards: readonly number[];
}

export interface Ruling {
  /** The most specific rule that covers all of what is asked for; undefined where none does. */
  readonly by: Ranked | undefined;
  /** The more specific rules that deny part of it, or may. */
  readonly exceptions: readonly Ranked[];
}

const NO_EXCEPTIONS: readonly Ranked[] = [];
const EMPTY_COMPONENT = /(?<=^|\.)(?=\.|$)/g;
const TIER: Readonly<Record<Match, number>> = { exact: 0, prefix: 1, wildcard: 2 };

/** The rules of a role or of a scope. What has no hole is made ready once, for all sessions. */
export class RuleList {
  readonly holed: boolean;
  readonly #rules: readonly PermissionRule[];
  /** As long as the list; undefined where a rule has a hole. */
  readonly #ready: readonly (Ranked | undefined)[];

  constructor(rules: readonly PermissionRule[]) {
    this.#rules = rules;
    this.#ready = rules.map((rule, index) => (hasHole(rule.uri) ? undefined : ranked(rule, index, rule.uri)));
    this.holed = this.#ready.includes(undefined);
  }

  for(names: Names): RulesOfOne {
    return new RulesOfOne((action) => {
      const order = this.#rules.flatMap(
        (rule, index) => this.#ready[index] ?? withHoles(rule, index, { action, names }) ?? [],
      );
      return order.sort((a, b) => compare(a, b, action));
    });
  }
}

export class RulesOfOne {
  readonly #order: (action: Action) => readonly Ranked[];
  /** Action to the rules, most specific first. */
  readonly #ordered = new Map<Action, readonly Ranked[]>();

  constructor(order: (action: Action) => readonly Ranked[]) {
    this.#order = order;
  }

  decide(action: Action, asked: Asked): Ruling {
    let order = this.#ordered.get(action);
    if (!order) {
      order = this.#order(action);
      this.#ordered.set(action, order);
    }
    let exceptions = NO_EXCEPTIONS;
    for (const each of order) {
      if (covers(each.pattern, asked)) return { by: each, exceptions };
      if (asked.single || each.rule.allow[action] || !meets(each.pattern, asked)) continue;
      exceptions = [...exceptions, each];
    }
    return { by: undefined, exceptions };
  }
}

function ranked(rule: PermissionRule, index: number, uri: string): Ranked {
  const pattern = patternOf(uri, rule.match);
  return {
    rule,
    index,
    pattern,
    length: rule.match === "prefix" ? uri.length : 0,
    wildcards:
      pattern.kind === "wildcard" ? pattern.components.flatMap((part, at) => (part === "" ? at : [])) : [],
  };
}

function withHoles(
  rule: PermissionRule,
  index: number,
  { action, names }: { action: Action; names: Names },
): Ranked | undefined {
  const uri = filled(rule.uri, names);
  const allow = rule.allow[action];
  if (uri !== undefined) {
    const known = ranked(rule, index, uri);
    // What is denied stays denied by characters: that is more.
    return allow && endsInHole(rule)
      ? { ...known, pattern: { kind: "branch", uri, below: `${uri}.` } }
      : known;
  }
  return allow ? undefined : whateverItMeans(rule, index);
}

function whateverItMeans(rule: PermissionRule, index: number): Ranked {
  const { uri, match } = rule;
  const parts = betweenHoles(match === "wildcard" ? uri.replace(EMPTY_COMPONENT, "{authid}") : uri);
  const pattern: Pattern = { kind: "parts", parts, open: match === "prefix" };
  return { rule, index, pattern, length: Number.POSITIVE_INFINITY, wildcards: [] };
}

/** PBR-04, PBR-05, PBR-07: negative where `a` is the more specific; where neither is, what denies comes first. */
function compare(a: Ranked, b: Ranked, action: Action): number {
  const tier = TIER[a.rule.match] - TIER[b.rule.match];
  if (tier !== 0) return tier;
  if (a.length !== b.length) return b.length - a.length;
  return (
    furtherRight(a.wildcards, b.wildcards) ||
    Number(a.rule.allow[action]) - Number(b.rule.allow[action]) ||
    a.index - b.index
  );
}

function furtherRight(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [mine, other] = [a[at] ?? Number.POSITIVE_INFINITY, b[at] ?? Number.POSITIVE_INFINITY];
    if (mine !== other) return other - mine;
  }
  return 0;
}
