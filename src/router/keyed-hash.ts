/**
 * Hashes of text under a secret key, so that nobody can make patterns that share one (S14). A hash only says where to
 * look: what is found is compared as text, so a wrong guess costs time and never correctness.
 */
const DOT = 46;

/** Of a text. */
export interface Beginnings {
  readonly lengths: Uint16Array;
  readonly count: number;
  readonly hashes: Int32Array;
}

export class KeyedHash {
  /** Of the empty text. */
  readonly start: number;
  readonly #multiplier: number;

  /** @param key a random integer in 1..2^53 */
  constructor(key: number) {
    this.start = stir((key | 0) ^ 0x9e3779b9);
    this.#multiplier = stir(Math.floor(key / 2 ** 32) + this.start) | 1;
  }

  /** The hash of the whole text. */
  of(text: string): number {
    const multiplier = this.#multiplier;
    let h = this.start;
    for (let at = 0; at < text.length; at++) {
      h = Math.imul(h ^ text.charCodeAt(at), multiplier);
      h ^= h >>> 15;
    }
    return h;
  }

  /**
   * Writes the hash of the beginning of each of these lengths, ascending and as many as `count`, into `hashes`, which has
   * room for them. None is beyond the text's.
   */
  beginnings(text: string, { lengths, count, hashes }: Beginnings): void {
    const multiplier = this.#multiplier;
    let h = this.start;
    let at = 0;
    for (let place = 0; place < count; place++) {
      const length = lengths[place] ?? 0;
      for (; at < length; at++) {
        h = Math.imul(h ^ text.charCodeAt(at), multiplier);
        h ^= h >>> 15;
      }
      hashes[place] = h;
    }
  }

  /**
   * Writes the hash of each component with its place into `hashes`. @returns how many components there are, also where
   * `hashes` has no room for the last ones
   */
  components(text: string, hashes: Int32Array): number {
    const multiplier = this.#multiplier;
    let count = 0;
    let h = this.start;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === DOT) {
        hashes[count] = stir(h + count);
        count++;
        h = this.start;
      } else {
        h = Math.imul(h ^ code, multiplier);
        h ^= h >>> 15;
      }
    }
    hashes[count] = stir(h + count);
    return count + 1;
  }
}

/** Every bit of what comes out depends on every bit of what goes in. */
export function stir(word: number): number {
  let h = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}
