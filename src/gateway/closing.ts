/**
 * Why the router ends a session of its own accord. A client can tell from the reason whether to come back: after `replaced`
 * it would only throw out whoever replaced it, after `expired` it needs new credentials first.
 */

/** Another session of the same principal took its place. */
export const REPLACED = "edgebahn.close.replaced";
/** What it signed in with holds no longer. */
export const EXPIRED = "edgebahn.close.expired";
/** Nothing was heard of it for too long. */
export const SILENT = "edgebahn.close.silent";
/** Somebody in charge ended it, or its principal or role is gone (ERR-17). */
export const KILLED = "wamp.close.killed";

export interface Goodbye {
  readonly reason: string;
  /** For people. */
  readonly message: string;
}
