/** What the rules say of one wish: the role's and the scope's ruling together. */
import type { Asked } from "./pattern.ts";
import type { Action, Decision, Permit } from "./permission.ts";
import type { Ranked, RulesOfOne, Ruling } from "./rules.ts";

export type Answer = Permit | "ask";

export interface Judgement {
  readonly action: Action;
  readonly role: Ruling;
  /** Undefined where the session has no scope. */
  readonly scope: Ruling | undefined;
}

export const DENIED: Permit = { allow: false, disclose: false, exceptions: false };
const ALLOWED: Permit = { allow: true, disclose: false, exceptions: false };
const DISCLOSED: Permit = { allow: true, disclose: true, exceptions: false };

export function judge(
  { role, scope }: { readonly role: RulesOfOne; readonly scope: RulesOfOne | undefined },
  action: Action,
  asked: Asked,
): Judgement {
  return { action, role: role.decide(action, asked), scope: scope?.decide(action, asked) };
}

/** @param asks whether the role has an authorizer, which is asked where none of the role's rules decides */
export function answerOf(judgement: Judgement, asks: boolean): Answer {
  const { action, role, scope } = judgement;
  if (scope && !allows(scope, action)) return DENIED;
  if (!role.by) return asks ? "ask" : DENIED;
  if (!role.by.rule.allow[action]) return DENIED;
  return permit(discloses(role.by, action), hasExceptions(judgement));
}

/** What an authorizer's decision comes to; what the rules deny of a pattern stays denied. */
export function decided({ allow, disclose }: Decision, action: Action, exceptions: boolean): Permit {
  if (!allow) return DENIED;
  return permit(disclose && (action === "call" || action === "publish"), exceptions);
}

export function hasExceptions({ role, scope }: Judgement): boolean {
  return role.exceptions.length > 0 || (scope !== undefined && scope.exceptions.length > 0);
}

/** Whether all rules that decided may be remembered. */
export function isMemorable({ role, scope }: Judgement): boolean {
  return role.by?.rule.cache !== false && scope?.by?.rule.cache !== false;
}

export function allows({ by }: Ruling, action: Action): boolean {
  return by?.rule.allow[action] === true;
}

/** Only the role's rule has a say: a scope narrows. */
function discloses({ rule }: Ranked, action: Action): boolean {
  return (action === "call" && rule.disclose.caller) || (action === "publish" && rule.disclose.publisher);
}

function permit(disclose: boolean, exceptions: boolean): Permit {
  if (exceptions) return { allow: true, disclose, exceptions };
  return disclose ? DISCLOSED : ALLOWED;
}
