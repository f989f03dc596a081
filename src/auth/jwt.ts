/**
 * Tokens that somebody else issues, sent as tickets: who signed, for which realm, until when. A token that is not
 * wholly as the configuration wants it denies, always in the same words; what cannot be judged now is a failure (AUT-07).
 */
import { decodeProtectedHeader, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import { Refusal } from "../wamp/error.ts";
import { utf8 } from "./encoding.ts";
import { type ClaimNames, principalOfClaims, TOLERANCE } from "./jwt-claims.ts";
import { fixedKeys, type KeySource, keySetFault, secretKey, unavailable } from "./jwt-keys.ts";
import type { AuthPorts, Principal, SignIn } from "./method.ts";
import { type GetKeys, RemoteKeys } from "./remote-keys.ts";
import { denied } from "./verdict.ts";

export interface JwtOptions {
  readonly realm: string;
  /** Public keys: where they are fetched from (https, or http on this machine), or the JSON Web Key Set itself. */
  readonly jwks?: { readonly url: string } | { readonly keys: readonly object[] };
  /** A secret shared with the issuer, for HS256: at least 32 octets of UTF-8. */
  readonly secret?: string;
  /** What `iss` must be. */
  readonly issuer?: string;
  /** What `aud` must be or hold. Default: the realm. */
  readonly audience?: string;
  readonly claims?: Partial<ClaimNames>;
  /** The roles that tokens may grant. */
  readonly roles: readonly string[];
  /** The role of tokens without a role claim, one of `roles`; where there is none, they are denied. */
  readonly defaultRole?: string;
  /** Tokens without a topics claim are denied. Default: they may do all that their role may. */
  readonly topicsRequired?: boolean;
}

export interface JwtPorts extends AuthPorts {
  /** Needed with `jwks.url`: the platform's. */
  readonly fetch?: GetKeys;
  readonly log?: (entry: Readonly<Record<string, unknown>>) => void;
}

const MIN_SECRET_OCTETS = 32;

/** Three parts of base64url, the last maybe empty: whatever looks so is judged as a token and as nothing else. */
export function hasJwtShape(ticket: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(ticket);
}

/** What is wrong with a configuration, as `path: reason and what to do`, or undefined. Tells no secret. */
export function jwtFault(options: JwtOptions): string | undefined {
  const { jwks, secret, roles, defaultRole } = options;
  if (!jwks && secret === undefined) return "jwks: there must be jwks or a secret to verify tokens with";
  if (secret !== undefined && utf8(secret).length < MIN_SECRET_OCTETS) {
    return `secret: must have at least ${MIN_SECRET_OCTETS} octets`;
  }
  if (jwks && "url" in jwks && !isSafeUrl(jwks.url))
    return "jwks.url: must be an https URL without a password";
  const keys = jwks && "keys" in jwks ? keySetFault(jwks) : undefined;
  if (keys) return `jwks: ${keys}`;
  if (roles.length === 0) return "roles: must name the roles that tokens may grant";
  if (defaultRole !== undefined && !roles.includes(defaultRole)) {
    return `defaultRole: ${defaultRole} is not one of roles`;
  }
  return undefined;
}

export class JwtVerifier {
  readonly #options: JwtOptions;
  readonly #claims: ClaimNames;
  readonly #now: () => number;
  readonly #sources: readonly KeySource[];

  /** @throws Error with the `jwtFault` of the options */
  constructor(options: JwtOptions, ports: JwtPorts) {
    const fault = jwtFault(options);
    if (fault) throw new Error(fault);
    this.#options = options;
    this.#claims = { authid: "sub", authrole: "role", topics: "topics", ...options.claims };
    this.#now = ports.now;
    this.#sources = sourcesOf(options, ports);
  }

  /**
   * Who signs in by this token; the session ends when the token does. An authid that HELLO names must be the token's.
   * @throws Refusal authentication_denied, or authentication_failed where the keys cannot be had
   */
  async verify(token: string, { details }: SignIn): Promise<Principal> {
    const payload = await this.#payloadOf(token);
    const principal = principalOfClaims(payload, { ...this.#options, claims: this.#claims }, this.#now());
    if (!principal || (details.authid && details.authid !== principal.authid)) throw denied();
    return principal;
  }

  async #payloadOf(token: string): Promise<JWTPayload> {
    const algorithm = algorithmOf(token);
    const source = this.#sources.find(({ algorithms }) => algorithms.includes(algorithm));
    if (!source) throw denied();
    try {
      return await this.#verified(token, source);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      // Anything else, as a key that cannot be imported, is no fault of the token.
      throw error instanceof errors.JOSEError ? denied() : unavailable();
    }
  }

  async #verified(token: string, { key, algorithms }: KeySource): Promise<JWTPayload> {
    const { realm, audience = realm, issuer } = this.#options;
    const expected = {
      algorithms: [...algorithms],
      audience,
      ...(issuer !== undefined && { issuer }),
      clockTolerance: TOLERANCE / 1_000,
      currentDate: new Date(this.#now()),
    };
    try {
      return (await jwtVerify(token, key, expected)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      // The token does not say which key it was signed with: any that fits may be it.
      for await (const candidate of error) {
        try {
          return (await jwtVerify(token, candidate, expected)).payload;
        } catch (wrong) {
          if (!(wrong instanceof errors.JWSSignatureVerificationFailed)) throw wrong;
        }
      }
      throw denied();
    }
  }
}

function sourcesOf({ jwks, secret }: JwtOptions, { fetch, now, log }: JwtPorts): KeySource[] {
  const sources: KeySource[] = secret === undefined ? [] : [secretKey(secret)];
  if (jwks && "keys" in jwks) sources.push(fixedKeys({ keys: [...jwks.keys] } as JSONWebKeySet)); // jwtFault has looked
  if (jwks && "url" in jwks) {
    if (!fetch) throw new Error("jwks.url: nothing here can fetch it");
    sources.push(new RemoteKeys(jwks.url, { get: fetch, now, ...(log && { log }) }));
  }
  return sources;
}

function algorithmOf(token: string): string {
  try {
    return decodeProtectedHeader(token).alg ?? "";
  } catch {
    throw denied();
  }
}

/** Keys come only over a connection that proves where they come from; a machine may trust itself. */
function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username || password) return false;
  const local = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  return protocol === "https:" || (protocol === "http:" && local);
}
