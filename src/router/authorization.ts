/** May a session do that? A port: the router asks and obeys, and what decides is not its business. */
import { WampError } from "../wamp/error.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import type { Identity } from "./session.ts";

/** AZN-01: exactly these four. */
export type Action = "call" | "register" | "publish" | "subscribe";

export interface Permit {
  readonly allow: boolean;
  /** The caller or publisher is disclosed without asking (PID-03, CID-05). */
  readonly disclose: boolean;
  /** The pattern is allowed, but not everything that it matches: each topic is asked for at delivery. */
  readonly exceptions: boolean;
}

/**
 * Asked with the URI or pattern of each PUBLISH, CALL, SUBSCRIBE and REGISTER, and whenever something kept is used.
 * Synchronous and quick. A denial that is certain is given even where something else would have to be asked.
 * @throws Undecided where somebody has to be asked first @throws WampError authorization_failed where asking failed (AZN-03)
 */
export type May = (identity: Identity, action: Action, uri: string, match: MatchPolicy) => Permit;

/** What somebody wants to do. */
export interface Wish {
  readonly action: Action;
  readonly uri: string;
  readonly match: MatchPolicy;
}

/** Nobody can say yet: the gateway asks and then gives the same message to the realm again, which so far did nothing. */
export class Undecided extends Error {
  readonly identity: Identity;
  readonly action: Action;
  readonly uri: string;
  readonly match: MatchPolicy;

  constructor(identity: Identity, { action, uri, match }: Wish) {
    super(`whether ${identity.authid} may ${action} ${uri} has to be asked`);
    this.name = "Undecided";
    this.identity = identity;
    this.action = action;
    this.uri = uri;
    this.match = match;
  }
}

const ALLOWED: Permit = { allow: true, disclose: false, exceptions: false };

/** For a realm without rules. */
export const mayEverything: May = () => ALLOWED;

export const NOT_AUTHORIZED = "wamp.error.not_authorized";

/**
 * The permit for what a session asks for. Nothing may have changed before this is called, nor been told (AZN-06).
 * @throws WampError not_authorized, authorization_failed @throws Undecided
 */
export function permitted(may: May, identity: Identity, { action, uri, match }: Wish): Permit {
  const permit = may(identity, action, uri, match);
  if (permit.allow && !(action === "register" && permit.exceptions)) return permit;
  const why = permit.allow
    ? "it matches procedures that the role may not register"
    : "its role does not allow it";
  const what = match === "exact" ? uri : `${uri} (${match})`;
  throw new WampError(NOT_AUTHORIZED, `this session may not ${action} ${what}: ${why}`);
}

/** What is decided without anybody being asked; undefined where it is not. */
export function decided(may: May, identity: Identity, { action, uri, match }: Wish): Permit | undefined {
  try {
    return may(identity, action, uri, match);
  } catch (error) {
    if (error instanceof Undecided) return undefined;
    if (error instanceof WampError) return DENIED; // AZN-03: whom we cannot judge gets nothing
    throw error;
  }
}

const DENIED: Permit = { allow: false, disclose: false, exceptions: false };
