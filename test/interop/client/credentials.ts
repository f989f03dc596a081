/** What stock clients sign in with, in one shape for all libraries, and what comes of it. */

export type Credentials =
  /** Without authid a ticket that is a token says who it is. */
  | { readonly method: "ticket"; readonly authid?: string; readonly ticket: string }
  | { readonly method: "wampcra"; readonly authid: string; readonly secret: string }
  /** The older SCRAM, which is the only one that a stock client has (SCR-16). */
  | { readonly method: "scram"; readonly authid: string; readonly password: string }
  /** `seed`: an Ed25519 private key, 64 hex digits. Without authid the key says who it is (CRY-02). */
  | { readonly method: "cryptosign"; readonly authid?: string; readonly seed: string };

export type Method = Credentials["method"];

/** Where a client connects, and what it signs in with, if anything. */
export interface Arrival {
  readonly url: string;
  readonly realm: string;
  readonly credentials?: Credentials;
}

/** What WELCOME tells the client of itself. */
export interface Welcomed {
  readonly authid: string;
  readonly authrole: string;
  readonly authmethod: string;
  readonly authprovider: string;
}

/** What a client shows its user in place of a session: the reason's URI, and the message for people. */
export class Refused extends Error {
  readonly reason: string;
  readonly text: string;

  constructor(client: string, reason: string, text: unknown) {
    super(`${client} was not let in: ${reason} (${text})`);
    this.reason = reason;
    this.text = typeof text === "string" ? text : "";
  }
}

export function welcomedBy(details: Readonly<Record<string, unknown>>): Welcomed {
  const { authid, authrole, authmethod, authprovider } = details;
  return {
    authid: String(authid),
    authrole: String(authrole),
    authmethod: String(authmethod),
    authprovider: String(authprovider),
  };
}
