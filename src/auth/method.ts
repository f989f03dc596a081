/**
 * The seam for ways to sign in. A method answers HELLO at once or with a challenge, and then judges the answer to it. It
 * may take its time (a promise): the gateway queues that connection's frames meanwhile and delays nobody else.
 */
import type { Message } from "../wamp/message.ts";
import type { PermissionRule } from "./permission.ts";

/** What the platform knows of a connection before it says HELLO. Never taken from anything that the client wrote. */
export interface Origin {
  /** The router was reached as localhost: development on one machine. */
  readonly local: boolean;
  /** Where the connection comes from, as the platform saw it; an IPv6 address as its /64. Undefined where unknown. */
  readonly address?: string;
  /** The TLS client certificate, where the platform asked for one and verified it. */
  readonly certificate?: Certificate;
  /** Channel binding type, as in `tls-unique`, to the channel's id: 64 hex digits. */
  readonly channels?: Readonly<Record<string, string>>;
}

export interface Certificate {
  /** SHA-256 of the certificate: 64 hex digits, lower case. */
  readonly fingerprint: string;
  /** Distinguished names in the form of RFC 2253. */
  readonly subject: string;
  readonly issuer: string;
}

export interface SignIn {
  readonly realm: string;
  /** The session's id, should it be admitted. */
  readonly session: number;
  readonly origin: Origin;
  readonly details: Message<"HELLO">["details"];
}

/** Who somebody has been shown to be. */
export interface Principal {
  readonly authid: string;
  readonly authrole: string;
  readonly authprovider: string;
  /** The version of what was found in a book, which may have changed until the session joins. Nobody is told. */
  readonly as?: number;
  /** What WELCOME tells the client besides (AUT-16). Nobody else is told. */
  readonly authextra?: Readonly<Record<string, unknown>>;
  /** When the session ends by itself, in milliseconds since 1970: what showed who it is holds no longer. */
  readonly expires?: number;
  /** Narrows the role: only what one of these rules allows too is allowed. */
  readonly scope?: readonly PermissionRule[];
}

/** A CHALLENGE to send, and what `verify` needs to judge the answer; plain data, so that it survives sleep. */
export interface Challenge {
  readonly extra: Readonly<Record<string, unknown>>;
  readonly expects: Readonly<Record<string, unknown>>;
}

export type Verdict = { readonly principal: Principal } | { readonly challenge: Challenge };
export type Maybe<T> = T | Promise<T>;

export interface AuthMethod {
  /** As in HELLO.Details.authmethods. */
  readonly name: string;
  /** Whether this realm offers the method to this connection; if not, the client's next choice is tried (AUT-01). */
  offered(signIn: SignIn): boolean;
  /** Answers HELLO. @throws Refusal */
  challenge(signIn: SignIn): Maybe<Verdict>;
  /** Judges AUTHENTICATE. @throws Refusal */
  verify(signIn: SignIn, expects: Challenge["expects"], answer: Message<"AUTHENTICATE">): Maybe<Verdict>;
}

/** What methods are given by whoever builds them. */
export interface AuthPorts {
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
