/**
 * What somebody unknown is challenged with (AUT-08, SCR-14): like what somebody known is, the same each time, and never to
 * be met. It is made for everybody, known or not, so that both take the same steps; for the known it is then left aside.
 */
import { fromBase64, hmacByKept, type Octets, toBase64, utf8 } from "./encoding.ts";

const DIGITS = "0123456789";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const LETTERS = DIGITS + LOWER + LOWER.toUpperCase();
/** Salts that were written down with one of these are imitated with the first that has all their characters. */
const ALPHABETS = [DIGITS, `${DIGITS}abcdef`, DIGITS + LOWER, LETTERS, `${LETTERS}-_`];

/** For one authid by one method, what depends on nothing but them and the realm's key. */
export class Mock {
  readonly #key: Uint8Array;
  readonly #who: readonly [method: string, authid: string];

  /** @param key 32 random octets that the realm keeps, and tells nobody */
  constructor(key: Uint8Array, who: readonly [method: string, authid: string]) {
    if (key.length < 32) throw new RangeError("the key of mock challenges must have 32 octets");
    this.#key = key;
    this.#who = who;
  }

  /** One of `samples`, whatever order they come in; of none undefined. */
  async pick<T>(samples: readonly T[]): Promise<T | undefined> {
    const [high = 0, middle = 0, low = 0] = await this.octets("sample", 3);
    const at = (high * 65_536 + middle * 256 + low) % Math.max(samples.length, 1);
    const sorted = samples.map((sample) => ({ sample, text: JSON.stringify(sample) }));
    return sorted.sort((a, b) => (a.text < b.text ? -1 : 1))[at]?.sample;
  }

  /** A text that could be a salt from where `sample` is from: as long, of the same characters. */
  async salt(sample: string): Promise<string> {
    const alphabet = alphabetOf(sample);
    const decoded = alphabet === undefined ? fromBase64(sample) : undefined;
    if (decoded) return toBase64(await this.octets("salt", decoded.length));
    const characters = alphabet ?? LETTERS;
    const octets = await this.octets("salt", sample.length);
    return Array.from(octets, (octet) => characters[octet % characters.length]).join("");
  }

  /** @param use so that what is for one use tells nothing of what is for another */
  async octets(use: "sample" | "salt" | "key", length: number): Promise<Octets> {
    const octets = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = await hmacByKept(this.#key, utf8(JSON.stringify([use, at, ...this.#who])));
      octets.set(block.subarray(0, length - at), at);
    }
    return octets;
  }
}

/** Undefined for base64 that shows that it is, and for whatever else people write. */
function alphabetOf(salt: string): string | undefined {
  return ALPHABETS.find((each) => [...salt].every((character) => each.includes(character)));
}

/**
 * What `Mock.salt` needs to know of a salt, and nothing of the salt itself: the same for salts that it imitates alike. For
 * whoever keeps samples.
 */
export function saltShape(salt: string): string {
  const alphabet = alphabetOf(salt);
  if (alphabet !== undefined) return alphabet.slice(-1).repeat(salt.length);
  // Still base64, and by its first character no other alphabet's.
  return fromBase64(salt) ? `+${salt.slice(1).replace(/[^=]/g, "A")}` : "?".repeat(salt.length);
}
