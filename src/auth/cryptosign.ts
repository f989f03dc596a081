/**
 * Sign-in by an Ed25519 key (section 9.6). Whatever the client names, a challenge follows; who has the key is looked up
 * only when the client has shown that it holds it, so that nobody learns which names and keys there are.
 */
import { Refusal } from "../wamp/error.ts";
import type { Message } from "../wamp/message.ts";
import { sameOctets } from "./constant-time.ts";
import type { Known, PrincipalBook } from "./credential.ts";
import { KEY_OCTETS, SIGNATURE_OCTETS, SigningKey, verify } from "./ed25519.ts";
import type { Octets } from "./encoding.ts";
import { hexOf, octetsOfHex } from "./hex.ts";
import type { AuthMethod, Challenge, Maybe, Origin, SignIn, Verdict } from "./method.ts";
import { denied, nobody, principalOf } from "./verdict.ts";

const CHALLENGE_OCTETS = 32;
/** CRY-09 */
const CHANNELS: readonly string[] = ["tls-unique", "tls-exporter"];

export interface CryptosignPorts {
  readonly book: PrincipalBook;
  /**
   * The router's own private key, 64 hex digits, by which it shows clients who it is (CRY-12). It signs what anybody asks it
   * to, so it must be nobody's key to sign in by.
   */
  readonly routerSeed?: string;
  /** AUT-08: an unknown name is told to whoever asks. Default false. */
  readonly revealUnknown?: boolean;
  /** 32 octets that nobody can guess, each time others (CRY-04). The platform's, unless told. */
  readonly random?: () => Octets;
}

/** The channel that a sign-in is bound to. */
interface Channel {
  readonly type: string;
  readonly id: Octets;
}

export class Cryptosign implements AuthMethod {
  readonly name = "cryptosign";
  readonly #book: PrincipalBook;
  readonly #routerSeed: string | undefined;
  readonly #random: () => Octets;
  readonly #revealUnknown: boolean;
  #routerKey: Promise<SigningKey> | undefined;

  /** @throws Error where the router's key is not 64 hex digits */
  constructor({ book, routerSeed, revealUnknown = false, random = randomChallenge }: CryptosignPorts) {
    if (routerSeed !== undefined && !octetsOfHex(routerSeed, KEY_OCTETS)) {
      throw new Error("the router's cryptosign key must be 64 hex digits: an Ed25519 private key");
    }
    this.#book = book;
    this.#routerSeed = routerSeed;
    this.#revealUnknown = revealUnknown;
    this.#random = random;
  }

  offered(): boolean {
    return this.#book.has("cryptosign");
  }

  /** CRY-01, CRY-04, CRY-07, CRY-09, CRY-10. @throws Refusal authentication_failed for a HELLO that cannot be answered */
  async challenge(signIn: SignIn): Promise<Verdict> {
    const { details, origin } = signIn;
    const authextra = details.authextra ?? {};
    const publicKey = readOctets(authextra, "pubkey");
    if (!publicKey)
      throw unfit("authextra.pubkey is missing: it must be your Ed25519 public key in 64 hex digits");
    const channel = chooseChannel(authextra, origin);
    const asked = readOctets(authextra, "challenge");
    const { authid } = details;
    if (this.#revealUnknown && authid && !(await this.#book.find(this.name, authid, signIn))) {
      throw nobody(authid);
    }
    const challenge = this.#random();
    return {
      challenge: {
        extra: {
          challenge: hexOf(challenge),
          ...(channel && { channel_binding: channel.type }),
          ...(asked && (await this.#signatureOver(bound(asked, channel)))),
        },
        expects: { pubkey: hexOf(publicKey), message: hexOf(bound(challenge, channel)) },
      },
    };
  }

  /** CRY-05, CRY-06. @throws Refusal authentication_denied, or authentication_failed where nobody can tell now */
  async verify(
    signIn: SignIn,
    expects: Challenge["expects"],
    { signature }: Message<"AUTHENTICATE">,
  ): Promise<Verdict> {
    const publicKey = octetsOfHex(expects.pubkey, KEY_OCTETS);
    const expected = octetsOfHex(expects.message, CHALLENGE_OCTETS);
    const signed = octetsOfHex(signature, SIGNATURE_OCTETS + CHALLENGE_OCTETS);
    if (!publicKey || !expected || !signed) throw denied();
    const message = signed.slice(SIGNATURE_OCTETS);
    // CRY-06 (c): or whatever was once signed could be sent again.
    const fresh = await sameOctets(message, expected);
    const genuine = await verify({ publicKey, signature: signed.slice(0, SIGNATURE_OCTETS), message });
    if (!genuine || !fresh) throw denied();
    const known = await this.#owner(signIn, hexOf(publicKey));
    if (!known) throw denied();
    return { principal: principalOf(known) };
  }

  /** CRY-02, CRY-03: whoever the client says it is, if that principal has this key; else whoever has it. */
  async #owner(signIn: SignIn, publicKey: string): Promise<Known<"cryptosign"> | undefined> {
    const routerKey = await this.#ownKey();
    // Its signatures are for the asking: they would open the door to anybody.
    if (publicKey === routerKey?.publicKey) return undefined;
    const known = await this.#lookUp(signIn, publicKey);
    return known?.credential.publicKeys.includes(publicKey) ? known : undefined;
  }

  #lookUp(signIn: SignIn, publicKey: string): Maybe<Known<"cryptosign"> | undefined> {
    // By its name again, so that a name means one principal, however it was found.
    const authid = signIn.details.authid || this.#nameOf(publicKey);
    if (authid) return this.#book.find("cryptosign", authid, signIn);
    return this.#book.identify?.("cryptosign", signIn);
  }

  #nameOf(publicKey: string): string | undefined {
    const [owner, another] = this.#book.owners("cryptosign", publicKey);
    if (another) {
      throw new Refusal(
        "wamp.error.authentication_denied",
        "several principals have this key: say which one you are by HELLO.Details.authid",
      );
    }
    return owner?.authid;
  }

  /** CRY-12, CRY-17: nothing where the router has no key. */
  async #signatureOver(message: Octets): Promise<Readonly<Record<string, string>>> {
    const key = await this.#ownKey();
    if (!key) return {};
    return { signature: hexOf(await key.sign(message)) + hexOf(message), pubkey: key.publicKey };
  }

  #ownKey(): Maybe<SigningKey | undefined> {
    if (this.#routerSeed === undefined) return undefined;
    this.#routerKey ??= SigningKey.fromSeed(this.#routerSeed);
    return this.#routerKey;
  }
}

function randomChallenge(): Octets {
  return crypto.getRandomValues(new Uint8Array(CHALLENGE_OCTETS));
}

/** What a member of authextra says; null counts as absent (CRY-01). @throws Refusal where it is not 32 octets in hex */
function readOctets(
  authextra: Readonly<Record<string, unknown>>,
  name: "pubkey" | "challenge",
): Octets | undefined {
  const value = own(authextra, name);
  if (value === undefined || value === null) return undefined;
  const octets = octetsOfHex(value, CHALLENGE_OCTETS);
  if (!octets) throw unfit(`authextra.${name} must be 32 octets in 64 hex digits`);
  return octets;
}

/** Undefined where none is asked for, or the platform has none of that type: the client then decides (CRY-10). */
function chooseChannel(
  authextra: Readonly<Record<string, unknown>>,
  { channels = {} }: Origin,
): Channel | undefined {
  const type = own(authextra, "channel_binding");
  if (type === undefined || type === null) return undefined;
  if (typeof type !== "string" || !CHANNELS.includes(type)) {
    throw unfit(`authextra.channel_binding must be one of ${CHANNELS.join(", ")}, or null`);
  }
  const id = octetsOfHex(own(channels, type), CHALLENGE_OCTETS);
  return id && { type, id };
}

/** CRY-07: what is signed, bound to the channel that it travels by. */
function bound(challenge: Octets, channel: Channel | undefined): Octets {
  return challenge.map((octet, at) => octet ^ (channel?.id[at] ?? 0));
}

/** What a dict of the client's says itself, not what every object has. */
function own(dict: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(dict, name) ? dict[name] : undefined;
}

function unfit(fault: string): Refusal {
  return new Refusal("wamp.error.authentication_failed", `HELLO.Details.${fault}`);
}
