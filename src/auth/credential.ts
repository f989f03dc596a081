/**
 * What the router keeps of a principal to recognize it by, for each method. Nothing here signs in by itself at another
 * place: tickets and passwords are kept as digests or as the keys that a protocol derives from them.
 */
import type { Maybe, SignIn } from "./method.ts";

export interface TicketCredential {
  readonly method: "ticket";
  /** SHA-256 of the ticket's octets, base64. A ticket is random, so it needs no slow derivation. */
  readonly digest: string;
}

export interface CraCredential {
  readonly method: "wampcra";
  /** The HMAC key as text: the secret itself, or with `salted` the base64 of what was derived from it (CRA-06). */
  readonly key: string;
  readonly salted?: { readonly salt: string; readonly iterations: number; readonly keylen: number };
}

export interface ScramCredential {
  readonly method: "wamp-scram";
  /** `argon2id-13` is the prototype's (SCR-16): its keys follow from another text, so only method `scram` takes them. */
  readonly kdf: "pbkdf2" | "argon2id13" | "argon2id-13";
  /** base64 */
  readonly salt: string;
  readonly iterations: number;
  /** KiB; null for pbkdf2. */
  readonly memory: number | null;
  /** base64 */
  readonly storedKey: string;
  /** base64 */
  readonly serverKey: string;
}

export interface CryptosignCredential {
  readonly method: "cryptosign";
  /** Ed25519 public keys: 64 hex digits each, lower case. Any of them signs in, so that keys can be changed. */
  readonly publicKeys: readonly string[];
}

export interface CertificateCredential {
  readonly method: "tls";
  /** SHA-256 of client certificates: 64 hex digits each, lower case. */
  readonly fingerprints: readonly string[];
}

export type Credential =
  | TicketCredential
  | CraCredential
  | ScramCredential
  | CryptosignCredential
  | CertificateCredential;

export type CredentialMethod = Credential["method"];
export type CredentialFor<M extends CredentialMethod> = Extract<Credential, { method: M }>;

/** A principal that may sign in, found by its name or key. */
export interface Known<M extends CredentialMethod> {
  readonly authid: string;
  readonly authrole: string;
  /** `static`: the configuration; `device`: a row of the realm; `dynamic`: the realm's authenticator. */
  readonly authprovider: "static" | "device" | "dynamic";
  readonly credential: CredentialFor<M>;
  /** Another one after each change, in a book that changes. */
  readonly version?: number;
  readonly authextra?: Readonly<Record<string, unknown>>;
}

/**
 * Where methods look principals up. Those that are disabled are not found. Looking up somebody unknown takes the same
 * steps as somebody known.
 */
export interface PrincipalBook {
  /** May throw a Refusal authentication_failed where the answer cannot be had. */
  find<M extends CredentialMethod>(method: M, authid: string, signIn: SignIn): Maybe<Known<M> | undefined>;
  /**
   * Who signs in where HELLO names nobody and no book of keys knows the key: for a book that asks somebody who is told all
   * of HELLO. May throw as `find` does.
   */
  identify?<M extends CredentialMethod>(method: M, signIn: SignIn): Maybe<Known<M> | undefined>;
  /** Whoever has this public key or certificate fingerprint, for clients that do not say who they are (CRY-02). */
  owners<M extends "cryptosign" | "tls">(method: M, key: string): readonly Known<M>[];
  /** Whether somebody here has this name, by whatever method, disabled or not: then nobody else may have it. */
  knows(authid: string): Maybe<boolean>;
  /** Whether anybody could sign in by this method: only then is it offered. */
  has(method: CredentialMethod): boolean;
  /** The credentials from which what an unknown principal is shown takes its shape (AUT-08): one of each shape. */
  samples<M extends CredentialMethod>(method: M): readonly CredentialFor<M>[];
}
