/**
 * Wildcard patterns: an empty component of a pattern matches any one component (PBS-02), so a URI is compared with the
 * patterns of its own component count only.
 */
import { MAX_URI_COMPONENTS } from "../wamp/uri.ts";
import type { KeyedHash } from "./keyed-hash.ts";
import { WildcardGroup } from "./wildcard-group.ts";

/** More than any realm has patterns. */
const PLACES = 2 ** 21;

export class WildcardTable<T extends { readonly uri: string }> {
  readonly #hash: KeyedHash;
  /** Component count to the patterns that have it. */
  readonly #groups = new Map<number, WildcardGroup<T>>();
  /** Of the text that is being looked for; the last one tells nothing. */
  readonly #hashes = new Int32Array(MAX_URI_COMPONENTS);
  #size = 0;

  constructor(hash: KeyedHash) {
    this.#hash = hash;
  }

  get size(): number {
    return this.#size;
  }

  get(pattern: string): T | undefined {
    const group = this.#groups.get(this.#read(pattern));
    return group?.get(pattern, { hashes: this.#hashes, literal: literalOf(pattern) });
  }

  /** @param value one with at most 32 components, as every URI has (URI-09) */
  set(value: T): void {
    const count = this.#read(value.uri);
    if (count > MAX_URI_COMPONENTS) throw new RangeError(`${value.uri} has more than 32 components`);
    let group = this.#groups.get(count);
    if (!group) {
      group = new WildcardGroup();
      this.#groups.set(count, group);
    }
    this.#size -= group.size;
    group.set(value, { hashes: this.#hashes, literal: literalOf(value.uri) });
    this.#size += group.size;
  }

  delete(pattern: string): void {
    const count = this.#read(pattern);
    const group = this.#groups.get(count);
    if (!group) return;
    this.#size -= group.size;
    group.delete(pattern, { hashes: this.#hashes, literal: literalOf(pattern) });
    this.#size += group.size;
    if (group.size === 0) this.#groups.delete(count);
  }

  /** Appends the values of all patterns that match `uri`, best first (PBR-07), to `found`. */
  matching(uri: string, found: T[]): void {
    const begin = found.length;
    const ranks: number[] = [];
    this.#groups.get(this.#read(uri))?.matching(uri, this.#hashes, (value, shape) => {
      found.push(value);
      ranks.push(rankOf(shape));
    });
    if (ranks.length > 1) putBestFirst(found, begin, ranks);
  }

  /** The best match: the first wildcard stands furthest right; on a tie the second, and so on (PBR-07). */
  best(uri: string): T | undefined {
    if (this.#size === 0) return undefined;
    let best: T | undefined;
    let highest = -1;
    this.#groups.get(this.#read(uri))?.matching(uri, this.#hashes, (value, shape) => {
      const rank = rankOf(shape);
      if (rank <= highest) return;
      best = value;
      highest = rank;
    });
    return best;
  }

  /** Hashes the components. @returns how many there are */
  #read(text: string): number {
    return this.#hash.components(text, this.#hashes);
  }
}

/** Which components are not empty; the first is the highest bit. */
function literalOf(pattern: string): number {
  let literal = 0;
  let at = 0;
  for (const component of pattern.split(".")) {
    if (component !== "") literal |= 1 << (31 - at);
    at++;
  }
  return literal;
}

/**
 * PBR-07 as a number, the higher the better: of two patterns the one that has a literal at the first place where they
 * differ. No two that match one URI have the same.
 */
function rankOf(shape: number): number {
  return shape >>> 0;
}

/** Orders what stands in `found` from `begin` on, so that nobody sees in which order the patterns came. */
function putBestFirst<T>(found: T[], begin: number, ranks: readonly number[]): void {
  // A rank has 32 bits, so the place of each in `ranks` fits behind it into an exact number.
  const order = Float64Array.from(ranks, (rank, at) => rank * PLACES + at).sort();
  const unordered = found.splice(begin);
  for (let at = order.length - 1; at >= 0; at--) {
    const value = unordered[(order[at] ?? 0) % PLACES];
    if (value !== undefined) found.push(value);
  }
}
