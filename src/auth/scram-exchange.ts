/**
 * The arithmetic of WAMP-SCRAM, as in RFC 5802: what is kept of a password, the text that both sides sign, and the proof.
 * Knows nothing of sessions. The KDF, which is slow on purpose, is not here: it is the client's work.
 */
import { equalOctets, hmac, type Octets, sha256, toBase64, utf8 } from "./encoding.ts";

/** The protocol as it was agreed, and the older one that Autobahn|Python and Crossbar speak (SCR-16). */
export interface ScramDialect {
  readonly name: "wamp-scram" | "scram";
  /** The authid's form in the text that is signed. */
  readonly escaped: (authid: string) => string;
  /** Base64 of the header that says that there is no channel binding: `n,,`, or nothing. */
  readonly header: string;
  /** Where WELCOME.Details.authextra has the router's own proof. */
  readonly verifier: string;
}

/** SCR-10, SCR-12. */
export const SPEC: ScramDialect = {
  name: "wamp-scram",
  escaped: (authid) => authid.replaceAll("=", "=3D").replaceAll(",", "=2C"),
  header: "biws",
  verifier: "verifier",
};

/** SCR-16. */
export const PROTOTYPE: ScramDialect = {
  name: "scram",
  escaped: (authid) => authid,
  header: "",
  verifier: "scram_server_signature",
};

export interface ScramExchange {
  /** Prepared by SASLprep. */
  readonly authid: string;
  readonly clientNonce: string;
  /** The client's nonce and the router's, one after the other. */
  readonly nonce: string;
  /** base64 */
  readonly salt: string;
  readonly iterations: number;
}

/** SCR-10: the text that proof and verifier sign. */
export function authMessage(
  { authid, clientNonce, nonce, salt, iterations }: ScramExchange,
  { escaped, header }: ScramDialect = SPEC,
): string {
  const clientFirst = `n=${escaped(authid)},r=${clientNonce}`;
  const serverFirst = `r=${nonce},s=${salt},i=${iterations}`;
  const clientFinal = `c=${header},r=${nonce}`;
  return `${clientFirst},${serverFirst},${clientFinal}`;
}

/** 32 octets each. */
export interface ScramKeys {
  readonly storedKey: Octets;
  readonly serverKey: Octets;
}

/** SCR-08: what is kept of a password. @param saltedPassword what the KDF made of it */
export async function scramKeys(saltedPassword: Octets): Promise<ScramKeys> {
  return {
    storedKey: await sha256(await hmac(saltedPassword, utf8("Client Key"))),
    serverKey: await hmac(saltedPassword, utf8("Server Key")),
  };
}

/** SCR-11. @param proof of any length */
export async function proves(storedKey: Octets, message: string, proof: Octets): Promise<boolean> {
  const signature = await hmac(storedKey, utf8(message));
  const clientKey = signature.map((octet, at) => octet ^ (proof[at] ?? 0));
  const same = equalOctets(await sha256(clientKey), storedKey);
  return same && proof.length === signature.length;
}

/** SCR-12: the router's own proof, base64. */
export async function verifierOf(serverKey: Octets, message: string): Promise<string> {
  return toBase64(await hmac(serverKey, utf8(message)));
}
