/** The realm's policy as the router asks for it, and whom the gateway asks where no rule decides. */
import type { Authority } from "../auth/authority.ts";
import type { Decision, Subject } from "../auth/permission.ts";
import type { RoleConfig } from "../config.ts";
import { type Ask, askAuthorizer } from "../gateway/asking.ts";
import { type May, Undecided } from "../router/authorization.ts";
import type { Identity } from "../router/session.ts";

/** Seconds for which an authorizer's answer holds where it says `cache` and the role says nothing. */
const DEFAULT_TTL = 60;

/** An identity is the subject itself: what is remembered of it goes with it. */
export function subjectOf(identity: Identity): Subject {
  return identity as Subject; // its scope came from a Principal, which says what is in it
}

export function mayBy(authority: Authority): May {
  return (identity, action, uri, match) => {
    const permit = authority.may(subjectOf(identity), action, uri, match);
    if (permit === "ask") throw new Undecided(identity, { action, uri, match });
    return permit;
  };
}

export interface DeciderPorts {
  readonly authority: Authority;
  readonly ask: Ask;
  readonly realm: string;
  readonly roles: readonly RoleConfig[];
  readonly settings: { readonly allowDisclose: boolean };
}

/** @returns a function that asks the role's authorizer and remembers what it says (AZN-11, AZN-12) */
export function decider({ authority, ask, realm, roles, settings }: DeciderPorts) {
  const ttls = new Map(roles.map(({ name, authorizerTtl }) => [name, authorizerTtl]));
  return async (undecided: Undecided): Promise<void> => {
    const { identity, action, uri, match } = undecided;
    const subject = subjectOf(identity);
    const procedure = authority.authorizer(subject);
    if (procedure === undefined)
      throw new Error(`${identity.authrole} has no authorizer, and nothing decides`);
    let said: Decision;
    let generation: number;
    do {
      generation = authority.generation;
      said = await askAuthorizer(ask, { realm, procedure }, undecided);
    } while (generation !== authority.generation); // purged meanwhile: that answer is what is to be forgotten
    // The configuration has the last word on whose identity is told.
    const decision = { ...said, disclose: said.disclose && settings.allowDisclose };
    const ttl = (ttls.get(identity.authrole) ?? DEFAULT_TTL) * 1_000;
    authority.remember(subject, { action, uri, match }, { decision, ttl });
  };
}
