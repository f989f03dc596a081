/**
 * What a verified token says becomes a principal. Nothing is guessed and nothing ignored: a claim that is used and is
 * not exactly as described here denies, since a scope half understood allows too much.
 */
import type { JWTPayload } from "jose";
import { uriFault } from "../wamp/uri.ts";
import { utf8 } from "./encoding.ts";
import type { Principal } from "./method.ts";
import type { Action, Match, PermissionRule } from "./permission.ts";

/** Which claim tells what. */
export interface ClaimNames {
  /** A text of 1 to 256 characters. Default `sub`. */
  readonly authid: string;
  /** A text, one of the roles that tokens may grant. Default `role`. */
  readonly authrole: string;
  /**
   * Where a token has it, its session may do only what both its role and this claim allow:
   * `[{"uri": "com.farm.", "match": "prefix", "allow": {"subscribe": true}}, ...]`, as permissions are configured, with
   * `match` exact where it is left out. At most 32 rules, whose URIs have at most 4096 octets together. Default `topics`.
   */
  readonly topics: string;
}

export interface ClaimRules {
  readonly claims: ClaimNames;
  /** The roles that tokens may grant. */
  readonly roles: readonly string[];
  /** The role of tokens without a role claim; where there is none, they are denied. */
  readonly defaultRole?: string;
  /** Tokens without a topics claim are denied. Default: they may do all that their role may. */
  readonly topicsRequired?: boolean;
}

const MAX_AUTHID = 256;
const MAX_RULES = 32;
const MAX_URI_OCTETS = 4_096;
/** Milliseconds by which the issuer's clock may be ahead of ours. */
export const TOLERANCE = 10_000;
/** Milliseconds since 1970: the last moment that a date can hold. */
const LAST_MOMENT = 8.64e15;

const ACTIONS: readonly string[] = ["call", "register", "publish", "subscribe"] satisfies Action[];
const MATCHES: readonly unknown[] = ["exact", "prefix", "wildcard"] satisfies Match[];

/** Undefined where a claim is missing, malformed, or grants what it may not. `now` in milliseconds since 1970. */
export function principalOfClaims(
  payload: JWTPayload,
  rules: ClaimRules,
  now: number,
): Principal | undefined {
  const { claims, roles, defaultRole, topicsRequired = false } = rules;
  const authid = ownClaim(payload, claims.authid);
  const granted = ownClaim(payload, claims.authrole);
  const authrole = granted === undefined ? defaultRole : granted;
  const topics = ownClaim(payload, claims.topics);
  const scope = scopeOf(topics);
  const expires = momentOf(payload.exp);
  const issued = payload.iat === undefined ? now : momentOf(payload.iat);
  if (!isAuthid(authid)) return undefined;
  if (typeof authrole !== "string" || !roles.includes(authrole)) return undefined;
  if (!scope && (topics !== undefined || topicsRequired)) return undefined;
  if (expires === undefined || expires <= now) return undefined;
  if (issued === undefined || issued > now + TOLERANCE) return undefined;
  return { authid, authrole, authprovider: "jwt", expires, ...(scope && { scope }) };
}

/** Claims are the token's own: none is inherited, whatever it is called. */
function ownClaim(payload: JWTPayload, name: string): unknown {
  return Object.hasOwn(payload, name) ? payload[name] : undefined;
}

function isAuthid(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value.length <= MAX_AUTHID &&
    value.isWellFormed() &&
    /^\P{Cc}+$/u.test(value)
  );
}

/** Seconds since 1970, maybe with a fraction, as milliseconds. */
function momentOf(seconds: unknown): number | undefined {
  if (typeof seconds !== "number") return undefined;
  const milliseconds = Math.floor(seconds * 1_000);
  return milliseconds >= 0 && milliseconds <= LAST_MOMENT ? milliseconds : undefined;
}

/** Undefined where any of it is malformed. An empty list allows nothing. */
function scopeOf(claim: unknown): PermissionRule[] | undefined {
  if (!Array.isArray(claim) || claim.length > MAX_RULES) return undefined;
  const rules = claim.map(ruleOf);
  if (!rules.every((rule) => rule !== undefined)) return undefined;
  const uris = rules.map(({ uri }) => uri).join("");
  return utf8(uris).length > MAX_URI_OCTETS ? undefined : rules;
}

function ruleOf(given: unknown): PermissionRule | undefined {
  if (!isObject(given) || !Object.keys(given).every((key) => ["uri", "match", "allow"].includes(key))) {
    return undefined;
  }
  const { uri, match = "exact", allow } = given;
  if (typeof uri !== "string" || !isMatch(match) || uriFault(uri, match) !== undefined) return undefined;
  if (!isAllow(allow)) return undefined;
  return {
    uri,
    match,
    allow: { call: false, register: false, publish: false, subscribe: false, ...allow },
    disclose: { caller: false, publisher: false },
    cache: false,
  };
}

function isMatch(value: unknown): value is Match {
  return MATCHES.includes(value);
}

function isAllow(value: unknown): value is Partial<Record<Action, boolean>> {
  return (
    isObject(value) &&
    Object.entries(value).every(([action, is]) => ACTIONS.includes(action) && typeof is === "boolean")
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
