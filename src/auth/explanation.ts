/** Says in a sentence which rule decides. Only texts: what it tells of is decided elsewhere. */
import { filled, hasHole, type Names } from "./holes.ts";
import { type Answer, allows, type Judgement } from "./judgement.ts";
import type { Decision, Explanation, PermissionRule, PlacedRule, Wish } from "./permission.ts";
import type { Ranked, Ruling } from "./rules.ts";

export interface Circumstances {
  readonly names: Names;
  readonly authorizer: string | undefined;
  /** What the authorizer said, where that can still be used. */
  readonly said: Decision | undefined;
  readonly permissions: readonly PermissionRule[];
  /** The rules of the session's scope; none where it has no scope. */
  readonly scope: readonly PermissionRule[];
}

export function unknownRole(role: string): Explanation {
  return { allow: false, why: `the realm has no role ${role}`, role, exceptions: [] };
}

export function explanation(
  judgement: Judgement,
  { wish, answer, circumstances }: { wish: Wish; answer: Answer; circumstances: Circumstances },
): Explanation {
  const { role, scope } = judgement;
  const rule = placed("role", role.by);
  const narrowed = placed("scope", scope?.by);
  return {
    allow: answer === "ask" ? "ask" : answer.allow,
    why: [
      ...reasons(judgement, wish, circumstances),
      ...partly(judgement, answer),
      ...unfilled(circumstances),
    ].join("; "),
    role: circumstances.names.authrole,
    ...(rule ? { rule } : {}),
    ...(narrowed ? { scope: narrowed } : {}),
    exceptions: exceptionsOf(judgement),
  };
}

function reasons(judgement: Judgement, wish: Wish, circumstances: Circumstances): string[] {
  const { role, scope } = judgement;
  const { names, authorizer, said } = circumstances;
  const excluded = scope !== undefined && !allows(scope, wish.action);
  const asks = !role.by && authorizer !== undefined;
  const found = [sentence(`role ${names.authrole}`, role, { ...wish, final: !asks })];
  if (scope) found.push(sentence("the session's scope", scope, { ...wish, final: true }));
  if (!asks || excluded) return found;
  const then = said ? `${said.allow ? "allowed" : "denied"} it to this session` : "has to be asked";
  return [...found, `the authorizer ${authorizer} ${then}`];
}

function sentence(whose: string, { by }: Ruling, wish: Wish & { readonly final: boolean }): string {
  const { action, match, final } = wish;
  if (!by) {
    const none = match === "exact" ? "no rule matches" : "no rule covers the whole pattern";
    return `${whose}: ${none}${final ? ", so it is denied" : ""}`;
  }
  const { rule, index } = by;
  const verb = rule.allow[action] ? "allows" : "denies";
  return `${whose}: permissions[${index}] (${rule.match} "${rule.uri}") ${verb} ${action}`;
}

function partly(judgement: Judgement, answer: Answer): string[] {
  const found = exceptionsOf(judgement);
  if (found.length === 0 || answer === "ask" || !answer.allow) return [];
  const list = found.map(({ of, index }) => place(of, index)).join(", ");
  return [`but not all of the pattern: ${list} may deny some of it`];
}

function unfilled({ names, permissions, scope }: Circumstances): string[] {
  const list = [
    ...permissions.flatMap(({ uri }, index) => (opens(uri, names) ? [] : place("role", index))),
    ...scope.flatMap(({ uri }, index) => (opens(uri, names) ? [] : place("scope", index))),
  ].join(", ");
  return list === "" ? [] : [`holes that the session's names do not fit open nothing: ${list}`];
}

function opens(uri: string, names: Names): boolean {
  return !hasHole(uri) || filled(uri, names) !== undefined;
}

function place(of: PlacedRule["of"], index: number): string {
  return `${of === "role" ? "" : "the scope's "}permissions[${index}]`;
}

function exceptionsOf({ role, scope }: Judgement): PlacedRule[] {
  return [
    ...role.exceptions.map((each) => placed("role", each)),
    ...(scope?.exceptions ?? []).map((each) => placed("scope", each)),
  ].filter((each) => each !== undefined);
}

function placed(of: PlacedRule["of"], ranked: Ranked | undefined): PlacedRule | undefined {
  return ranked && { of, index: ranked.index, rule: ranked.rule };
}
