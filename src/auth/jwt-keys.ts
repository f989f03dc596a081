/**
 * The keys that a token may be signed with. Each source verifies by its own algorithms alone, so that nobody can pass a
 * public key off as a shared secret. What cannot be had is authentication_failed (AUT-07), what does not fit is a JOSEError.
 */
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { Refusal } from "../wamp/error.ts";
import { utf8 } from "./encoding.ts";

export interface KeySource {
  /** As in the token's header; never `none`. */
  readonly algorithms: readonly string[];
  readonly key: JWTVerifyGetKey;
}

/** All that an issuer with a key pair may use. */
export const PUBLIC_KEY_ALGORITHMS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];
const MAX_KEYS = 32;

export function secretKey(secret: string): KeySource {
  const octets = utf8(secret);
  return { algorithms: ["HS256"], key: async () => octets };
}

export function fixedKeys(set: JSONWebKeySet): KeySource {
  return { algorithms: PUBLIC_KEY_ALGORITHMS, key: createLocalJWKSet(set) };
}

/** Why `set` is no set of public keys, or undefined if it is. Says nothing of what it holds. */
export function keySetFault(set: unknown): string | undefined {
  const keys: unknown = isObject(set) ? set.keys : undefined;
  if (!Array.isArray(keys) || !keys.every(isObject)) return 'must be a JSON Web Key Set: {"keys": [...]}';
  if (keys.length > MAX_KEYS) return `has ${keys.length} keys, and ${MAX_KEYS} are allowed`;
  const secret = keys.findIndex((key) => key.kty === "oct" || "d" in key || "k" in key || "priv" in key);
  return secret < 0
    ? undefined
    : `has a secret or private key at keys[${secret}]: only public keys belong there`;
}

export function unavailable(): Refusal {
  return new Refusal(
    "wamp.error.authentication_failed",
    "the keys of whoever issues this realm's tokens cannot be had at the moment: try again in a minute",
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
