/** What the methods with a secret share: they look somebody up by authid, and pretend to whoever is not there. */
import { Refusal } from "../wamp/error.ts";
import type { PrincipalBook } from "./credential.ts";
import type { AuthPorts, SignIn } from "./method.ts";

export interface ChallengePorts extends AuthPorts {
  readonly book: PrincipalBook;
  /** 32 random octets, kept by the realm and told nobody: what mock challenges follow from (AUT-08). */
  readonly mockKey: Uint8Array;
  /** AUT-08: an unknown name is told to whoever asks. Default false. */
  readonly revealUnknown?: boolean;
}

/** UTF-16 units. What is remembered of a challenge has to fit into a socket's attachment, of 16 KiB. */
export const LONGEST_AUTHID = 256;

/** CRA-01, SCR-02. @throws Refusal where HELLO names nobody */
export function authidOf({ details }: SignIn, method: string): string {
  const { authid } = details;
  if (!authid) {
    throw new Refusal(
      "wamp.error.authentication_failed",
      `HELLO.Details.authid must say who signs in by ${method}`,
    );
  }
  if (authid.length > LONGEST_AUTHID || !authid.isWellFormed()) {
    throw new Refusal(
      "wamp.error.authentication_failed",
      `HELLO.Details.authid must be Unicode text of at most ${LONGEST_AUTHID} characters`,
    );
  }
  return authid;
}

/** A text that a challenge was to remember. */
export function textOf(expects: Readonly<Record<string, unknown>>, name: string): string {
  const text = expects[name];
  if (typeof text !== "string") throw new TypeError(`what a challenge expects has no ${name}`);
  return text;
}
