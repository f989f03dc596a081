/** What a role may do, as the configuration says it, in the shape of Crossbar's. */

export type Action = "call" | "register" | "publish" | "subscribe";
export type Match = "exact" | "prefix" | "wildcard";

export interface PermissionRule {
  /** A URI or pattern; `{authid}`, `{authrole}` and `{realm}` stand for the session's own. */
  readonly uri: string;
  readonly match: Match;
  /** What is not allowed is denied. */
  readonly allow: Readonly<Record<Action, boolean>>;
  /** Whose identity is told without anybody asking for it. */
  readonly disclose: { readonly caller: boolean; readonly publisher: boolean };
  /** Whether what this rule decides may be remembered. */
  readonly cache: boolean;
}

export interface RoleRules {
  readonly name: string;
  readonly permissions: readonly PermissionRule[];
  /** A procedure of the realm that is asked where no rule of `permissions` decides. */
  readonly authorizer?: string;
}

/** Whom a decision is about. */
export interface Subject {
  readonly authid: string;
  readonly authrole: string;
  readonly scope?: readonly PermissionRule[];
}

/** What a session may do with one URI or pattern. */
export interface Permit {
  readonly allow: boolean;
  /** The caller or publisher is disclosed without asking (PID-03, CID-05). */
  readonly disclose: boolean;
  /** The pattern is allowed, but not everything that it matches: each topic is asked for at delivery. */
  readonly exceptions: boolean;
}
