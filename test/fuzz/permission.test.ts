/** The permission engine against the oracle: seeded policies, sessions and wishes; FULL=1 takes all that S8 promises. */
import { expect, test } from "vitest";
import { Authority } from "../../src/auth/authority.ts";
import type { Action, Match, Permit, RoleRules, Subject } from "../../src/auth/permission.ts";
import { ACTIONS, Dice, draw, drawPattern, drawUri } from "./permission-cases.ts";
import { matchedBy, Oracle } from "./permission-oracle.ts";

const TRIPLES = process.env.FULL === "1" ? 1_000_000 : 100_000;
const OF_EACH = 50;
/** Milliseconds: only against hanging. */
const PATIENCE = 600_000;

interface Difference {
  readonly roles: readonly RoleRules[];
  readonly realm: string;
  readonly subject: Subject;
  readonly wish: readonly [Action, string, Match];
  readonly engine: Permit | "ask";
  readonly oracle: unknown;
}

/** How often each answer was given. */
type Tally = Record<string, number>;

function note(tally: Tally, answer: Permit | "ask"): void {
  const key = answer === "ask" ? answer : `${answer.allow} ${answer.disclose} ${answer.exceptions}`;
  tally[key] = (tally[key] ?? 0) + 1;
}

test("S8 decisions about URIs are those of the oracle", { timeout: PATIENCE }, () => {
  const dice = new Dice(8);
  const differences: Difference[] = [];
  const tally: Tally = {};
  for (let triple = 0; triple < TRIPLES; ) {
    const { realm, roles, subjects } = draw(dice);
    const authority = new Authority({ realm, roles, now: () => 0 });
    const oracle = new Oracle(realm, roles);
    for (let each = 0; each < OF_EACH; each++, triple++) {
      const subject = dice.one(subjects);
      const wish = [dice.one(ACTIONS), drawUri(dice, subject), "exact"] as const;
      const engine = authority.may(subject, ...wish);
      const expected = oracle.may(subject, ...wish);
      note(tally, engine);
      // Asked again, what is remembered is the same, and so is what explain says.
      const again = authority.may(subject, ...wish);
      const explained = authority.explain(subject, ...wish).allow;
      if (
        !same(engine, expected) ||
        !same(again, expected) ||
        explained !== (expected === "ask" ? "ask" : expected.allow)
      ) {
        differences.push({ realm, roles, subject, wish, engine, oracle: expected });
      }
    }
  }
  expect(differences.slice(0, 3)).toEqual([]);
  // The cases are not all alike.
  for (const answer of ["ask", "true false false", "true true false", "false false false"]) {
    expect(tally[answer], answer).toBeGreaterThan(TRIPLES / 50);
  }
});

test("S8 decisions about patterns are those of the oracle, and never more than the URIs may", {
  timeout: PATIENCE,
}, () => {
  const dice = new Dice(9);
  const differences: Difference[] = [];
  const tally: Tally = {};
  for (let triple = 0; triple < TRIPLES; ) {
    const { realm, roles, subjects, complete } = draw(dice);
    const authority = new Authority({ realm, roles, now: () => 0 });
    const oracle = new Oracle(realm, roles);
    for (let each = 0; each < OF_EACH; each++, triple++) {
      const subject = dice.one(subjects);
      const { uri, match } = drawPattern(dice, roles[0]?.permissions ?? []);
      const wish = [dice.one(ACTIONS), uri, match] as const;
      const engine = authority.may(subject, ...wish);
      const expected = oracle.may(subject, ...wish);
      note(tally, engine);
      const wrong = complete
        ? !same(engine, expected)
        : exceeds(engine, { matched: matchedBy(uri, match), oracle, subject, action: wish[0] });
      if (wrong) differences.push({ realm, roles, subject, wish, engine, oracle: expected });
    }
  }
  expect(differences.slice(0, 3)).toEqual([]);
  for (const answer of ["ask", "true false false", "true false true", "false false false"]) {
    expect(tally[answer], answer).toBeGreaterThan(TRIPLES / 200);
  }
});

test("S8 what the oracle allows of a pattern without exceptions, it allows of every URI", () => {
  const dice = new Dice(10);
  const differences: Difference[] = [];
  for (let triple = 0; triple < TRIPLES / 50; triple++) {
    const { realm, roles, subjects } = draw(dice);
    const oracle = new Oracle(realm, roles);
    const subject = dice.one(subjects);
    const { uri, match } = drawPattern(dice, roles[0]?.permissions ?? []);
    const wish = [dice.one(ACTIONS), uri, match] as const;
    const answer = oracle.may(subject, ...wish);
    if (exceeds(answer, { matched: matchedBy(uri, match), oracle, subject, action: wish[0] })) {
      differences.push({ realm, roles, subject, wish, engine: answer, oracle: answer });
    }
  }
  expect(differences.slice(0, 3)).toEqual([]);
});

function same(one: Permit | "ask", other: Permit | "ask"): boolean {
  if (one === "ask" || other === "ask") return one === other;
  return one.allow === other.allow && one.disclose === other.disclose && one.exceptions === other.exceptions;
}

/** Whether a pattern is allowed though something that it matches is not, and nobody says that there are exceptions. */
function exceeds(
  answer: Permit | "ask",
  {
    matched,
    oracle,
    subject,
    action,
  }: { matched: readonly string[]; oracle: Oracle; subject: Subject; action: Action },
): boolean {
  if (answer === "ask" || !answer.allow || answer.exceptions) return false;
  return matched.some((uri) => {
    const concrete = oracle.may(subject, action, uri, "exact");
    return concrete === "ask" || !concrete.allow;
  });
}
