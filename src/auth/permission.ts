/**
 * What a role may do, as the configuration says it, in the shape of Crossbar's.
 *
 * The most specific rule that matches decides: exact, then the longest prefix, then wildcards in the order of PBR-07. Of
 * two rules for the same URIs the one that denies decides. What no rule matches is denied, or the authorizer is asked.
 */

export type Action = "call" | "register" | "publish" | "subscribe";
export type Match = "exact" | "prefix" | "wildcard";

export interface PermissionRule {
  /** A URI or pattern; `{authid}`, `{authrole}` and `{realm}` stand for the session's own (holes.ts). */
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

/** Whom a decision is about. What is remembered is remembered by this object: one for each session. */
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

/** What is asked for: a URI, or a pattern to subscribe to or to register. */
export interface Wish {
  readonly action: Action;
  readonly uri: string;
  readonly match: Match;
}

/** What an authorizer said. */
export interface Decision {
  readonly allow: boolean;
  readonly disclose: boolean;
  /** Whether it holds for as long as the realm remembers decisions; otherwise it holds once. */
  readonly cache: boolean;
}

/** A rule, and where it stands in its role's `permissions` or in the session's scope: 0 is the first. */
export interface PlacedRule {
  readonly of: "role" | "scope";
  readonly index: number;
  readonly rule: PermissionRule;
}

/** Which rule decides. */
export interface Explanation {
  readonly allow: boolean | "ask";
  /** A sentence for people. */
  readonly why: string;
  readonly role: string;
  /** The role's rule that decides; absent where none does. */
  readonly rule?: PlacedRule;
  /** The rule of the session's scope that decides; absent where none does or the session has none. */
  readonly scope?: PlacedRule;
  /** The more specific rules that deny part of an allowed pattern, or may. */
  readonly exceptions: readonly PlacedRule[];
}
