/**
 * Ed25519 by Web Crypto, the same on every runtime. What they do differently is decided before they are asked: Node throws
 * for some keys, workerd throws for signatures of other lengths and takes keys of small order, for which anybody can sign.
 */
import { fromBase64, type Octets } from "./encoding.ts";
import { hexOf, octetsOfHex } from "./hex.ts";

export const KEY_OCTETS = 32;
export const SIGNATURE_OCTETS = 64;
const ALGORITHM = { name: "Ed25519" };
/** What stands before the 32 octets of a private key in PKCS #8 (RFC 8410). */
const PKCS8 = octetsOfHex("302e020100300506032b657004220420", 16) ?? new Uint8Array();

/**
 * The points whose multiples are only a handful: their y in little endian with the sign bit cleared, in every way that it
 * may be written (those of p and p + 1 stand for 0 and 1).
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  `00${"00".repeat(31)}`,
  `01${"00".repeat(31)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  `ec${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
]);

/** Whether these 32 octets are a key that nobody keeps secret: there are signatures for it that anybody can make. */
export function isSmallOrder(publicKey: Uint8Array): boolean {
  const y = new Uint8Array(publicKey);
  y[31] = (y[31] ?? 0) & 0x7f;
  return SMALL_ORDER.has(hexOf(y));
}

export interface Signed {
  readonly publicKey: Octets;
  readonly signature: Octets;
  readonly message: Octets;
}

/** Whether the owner of the key signed this message; false for whatever is no key or no signature. */
export async function verify({ publicKey, signature, message }: Signed): Promise<boolean> {
  if (signature.length !== SIGNATURE_OCTETS || isSmallOrder(publicKey)) return false;
  const key = await importPublicKey(publicKey);
  return key !== undefined && crypto.subtle.verify(ALGORITHM, key, signature, message);
}

async function importPublicKey(octets: Octets): Promise<CryptoKey | undefined> {
  try {
    return await crypto.subtle.importKey("raw", octets, ALGORITHM, false, ["verify"]);
  } catch {
    return undefined; // of another length, or no point of the curve
  }
}

/** A private key that signs for whoever holds it. */
export class SigningKey {
  /** 64 hex digits, lower case. */
  readonly publicKey: string;
  readonly #key: CryptoKey;

  private constructor(key: CryptoKey, publicKey: string) {
    this.#key = key;
    this.publicKey = publicKey;
  }

  /** @param seed 64 hex digits @throws Error, not saying what it was given, where it is anything else */
  static async fromSeed(seed: string): Promise<SigningKey> {
    const octets = octetsOfHex(seed, KEY_OCTETS);
    if (!octets) throw new Error("an Ed25519 private key must be 64 hex digits");
    const pkcs8 = new Uint8Array([...PKCS8, ...octets]);
    const key = await crypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, true, ["sign"]);
    const exported = await crypto.subtle.exportKey("jwk", key);
    if (exported instanceof ArrayBuffer || !exported.x) throw new Error("Web Crypto gave no public key");
    // base64url of 32 octets, without its padding
    const octetsOfKey = fromBase64(`${exported.x.replaceAll("-", "+").replaceAll("_", "/")}=`);
    if (!octetsOfKey) throw new Error("Web Crypto gave a public key that cannot be read");
    return new SigningKey(key, hexOf(octetsOfKey));
  }

  /** @returns 64 octets */
  async sign(message: Octets): Promise<Octets> {
    return new Uint8Array(await crypto.subtle.sign(ALGORITHM, this.#key, message));
  }
}
