/**
 * The seam for ways to sign in. A method answers HELLO at once or with a challenge, and then judges the answer to it. It
 * may take its time (a promise): the gateway queues that connection's frames meanwhile and delays nobody else.
 */
import type { Message } from "../wamp/message.ts";

/** What the platform knows of a connection before it says HELLO. Never taken from anything that the client wrote. */
export interface Origin {
  /** The router was reached as localhost: development on one machine. */
  readonly local: boolean;
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
  readonly authextra?: Readonly<Record<string, unknown>>;
}

/** A CHALLENGE to send, and what `verify` needs to judge the answer; plain data, so that it survives sleep. */
export interface Challenge {
  readonly extra: Readonly<Record<string, unknown>>;
  readonly expects: Readonly<Record<string, unknown>>;
}

export type Verdict = { readonly principal: Principal } | { readonly challenge: Challenge };
type Maybe<T> = T | Promise<T>;

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
