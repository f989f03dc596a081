/** How much one session may hold. What is refused for a limit names the limit, its size and when to try again. */
import { WampError } from "../wamp/error.ts";

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

export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  subscriptions: 128,
  registrations: 128,
  patterns: 32,
  pendingCalls: 256,
  pendingInvocations: 1_024,
};

export const LIMIT_EXCEEDED = "edgebahn.error.limit_exceeded";

/** @param retry what must happen first, as in "unsubscribe from something first" */
export function exceeds(limit: string, most: number, retry: string): WampError {
  return new WampError(LIMIT_EXCEEDED, `the limit ${limit} is ${most}: ${retry}`);
}
