/** May a session do that? A port: the router asks and obeys, and what decides is not its business. */
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
 * Synchronous and quick. @throws Undecided where somebody has to be asked first
 */
export type May = (identity: Identity, action: Action, uri: string, match: MatchPolicy) => Permit;

/** Nobody can say yet: the gateway asks and then gives the same message to the realm again, which so far did nothing. */
export class Undecided extends Error {
  readonly identity: Identity;
  readonly action: Action;
  readonly uri: string;
  readonly match: MatchPolicy;

  constructor(
    identity: Identity,
    { action, uri, match }: { action: Action; uri: string; match: MatchPolicy },
  ) {
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
