/** How much one session may hold. What is refused for a limit names the limit, its size and when to try again. */
import { WampError } from "../wamp/error.ts";
import type { Identity, Session } from "./session.ts";

/** Infinity stands for no limit; 0 for nothing at all. */
export interface SessionLimits {
  readonly subscriptions: number;
  readonly registrations: number;
  /** Prefix and wildcard subscriptions and registrations together, within the numbers above. */
  readonly patterns: number;
  /** Calls of one caller that have not ended. */
  readonly pendingCalls: number;
  /** Invocations that one callee has not answered. */
  readonly pendingInvocations: number;
}

/** The limits of a session, by its role. Asked anew each time, since a role may change; quick. */
export type LimitsOf = (identity: Identity) => SessionLimits;

export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  subscriptions: 128,
  registrations: 128,
  patterns: 32,
  pendingCalls: 256,
  pendingInvocations: 1_024,
};

/** For a realm whose settings say nothing of limits. */
export const defaultLimits: LimitsOf = () => DEFAULT_SESSION_LIMITS;

export const LIMIT_EXCEEDED = "edgebahn.error.limit_exceeded";

/** @param retry what must happen first, as in "unsubscribe from something first" */
export function exceeds(limit: string, most: number, retry: string): WampError {
  return new WampError(LIMIT_EXCEEDED, `the limit ${limit} is ${most}: ${retry}`);
}

/** @param held how many there are before this one. A limit that is no number allows nothing. @throws WampError */
export function refuseBeyond(
  most: number,
  held: number,
  { limit, retry }: { readonly limit: keyof SessionLimits; readonly retry: string },
): void {
  if (!(held < most)) throw exceeds(limit, most, retry);
}

/** S13: one more prefix or wildcard, whichever of the two it is for. @throws WampError limit_exceeded */
export function refusePattern({ identity, patterns }: Session, limits: LimitsOf): void {
  const retry = "unsubscribe from or unregister a prefix or wildcard pattern first";
  refuseBeyond(limits(identity).patterns, patterns, { limit: "patterns", retry });
}
