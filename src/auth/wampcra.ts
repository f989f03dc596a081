/**
 * WAMP-CRA: the client signs a text with a secret that it shares with the router (section 9.4). What was signed is exactly
 * the text that was sent, which names the session and has a nonce, so no answer fits another challenge (S3).
 */
import type { Message } from "../wamp/message.ts";
import { authidOf, type ChallengePorts, textOf } from "./challenger.ts";
import type { CraCredential, Known } from "./credential.ts";
import { equalOctets, hmac, toBase64, utf8 } from "./encoding.ts";
import type { AuthMethod, Challenge, SignIn, Verdict } from "./method.ts";
import { Mock } from "./mock.ts";
import { newNonce } from "./nonce.ts";
import { denied, nobody, principalOf } from "./verdict.ts";

/** The challenge is sent before the client has shown who it is, so it says of the principal only what the client said. */
const UNDISCLOSED = "undisclosed";
/** What the platform computes for us, and no more. */
const MOST_ITERATIONS = 100_000;

export class WampCra implements AuthMethod {
  readonly name = "wampcra";
  readonly #ports: ChallengePorts;

  constructor(ports: ChallengePorts) {
    this.#ports = ports;
  }

  offered(): boolean {
    return this.#ports.book.has("wampcra");
  }

  /** CRA-02, CRA-03, CRA-09, CRA-11. @throws Refusal without an authid */
  async challenge(signIn: SignIn): Promise<Verdict> {
    const { book, now, revealUnknown } = this.#ports;
    const authid = authidOf(signIn, this.name);
    const known = await book.find("wampcra", authid, signIn);
    if (!known && revealUnknown) throw nobody(authid);
    const salted = await this.#salted(authid, known);
    const challenge = JSON.stringify({
      authid,
      authrole: UNDISCLOSED,
      authmethod: this.name,
      authprovider: UNDISCLOSED,
      nonce: newNonce(),
      timestamp: new Date(now()).toISOString(),
      session: signIn.session,
    });
    return { challenge: { extra: { challenge, ...salted }, expects: { challenge } } };
  }

  /** CRA-04, CRA-10. @throws Refusal authentication_denied */
  async verify(
    signIn: SignIn,
    expects: Challenge["expects"],
    { signature }: Message<"AUTHENTICATE">,
  ): Promise<Verdict> {
    const authid = authidOf(signIn, this.name);
    const known = await this.#ports.book.find("wampcra", authid, signIn);
    // Made for everybody, so that somebody known takes the same steps.
    const mockKey = toBase64(await this.#mock(authid).octets("key", 32));
    const key = known ? known.credential.key : mockKey;
    const right = isSignature(await craSignature(key, textOf(expects, "challenge")), signature);
    if (!known || !right) throw denied();
    return { principal: principalOf(known) };
  }

  /** What is said of a salted secret; of somebody unknown what somebody picked is told, with a salt of its own. */
  async #salted(authid: string, known: Known<"wampcra"> | undefined): Promise<CraCredential["salted"]> {
    const mock = this.#mock(authid);
    const picked = await mock.pick(this.#ports.book.samples("wampcra"));
    const { salted } = known?.credential ?? picked ?? {};
    if (!salted) return undefined;
    const salt = await mock.salt(salted.salt); // made for everybody, as above
    return known ? salted : { ...salted, salt };
  }

  #mock(authid: string): Mock {
    return new Mock(this.#ports.mockKey, [this.name, authid]);
  }
}

/** AUT-13: takes as long wherever they differ; how long a signature is everybody knows. */
function isSignature(expected: string, given: string): boolean {
  return equalOctets(utf8(expected), utf8(given));
}

/**
 * CRA-04: base64 of the HMAC-SHA256 of the challenge's octets.
 * @param key the secret, or where it is salted what `deriveCraKey` made of it
 */
export async function craSignature(key: string, challenge: string): Promise<string> {
  return toBase64(await hmac(utf8(key), utf8(challenge)));
}

/**
 * CRA-06: the key of a salted credential, base64, by PBKDF2-HMAC-SHA256.
 * @param salted iterations 1 to 100,000, which is what the platform allows; keylen 16 to 64 octets
 * @throws RangeError
 */
export async function deriveCraKey(
  secret: string,
  { salt, iterations, keylen }: NonNullable<CraCredential["salted"]>,
): Promise<string> {
  checkRange("iterations", iterations, [1, MOST_ITERATIONS]);
  checkRange("keylen", keylen, [16, 64]);
  const material = await crypto.subtle.importKey("raw", utf8(secret), "PBKDF2", false, ["deriveBits"]);
  const parameters = { name: "PBKDF2", hash: "SHA-256", salt: utf8(salt), iterations };
  return toBase64(new Uint8Array(await crypto.subtle.deriveBits(parameters, material, keylen * 8)));
}

function checkRange(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} must be an integer from ${least} to ${most}, not ${value}`);
}
