/**
 * Prefix patterns, by plain string prefix (PBS-01): hashed by their text, and looked for at each length that some prefix
 * has. Lengths are at most 256, so a look-up is bounded however many prefixes there are and however they were made. Most
 * prefixes end with a dot, so at most lengths the character there says that none can match, and memory need not be asked.
 */
import { MAX_URI_LENGTH } from "../wamp/uri.ts";
import { Buckets } from "./buckets.ts";
import type { KeyedHash } from "./keyed-hash.ts";

export class PrefixTable<T extends { readonly uri: string }> {
  readonly #hash: KeyedHash;
  /** In no order: the last one takes the place of one that goes. */
  readonly #rows: T[] = [];
  readonly #buckets = new Buckets();
  /** The lengths that there are, ascending. */
  readonly #lengths: number[] = [];
  /** Length to how many prefixes have it. */
  readonly #ofLength = new Map<number, number>();
  /** At each length what its prefixes end with, as bits (see `endingOf`); some may be gone. */
  readonly #endings = new Int32Array(MAX_URI_LENGTH + 1);
  /** The beginnings of the URI that is being looked for that some prefix may be. */
  readonly #beginnings = {
    lengths: new Uint16Array(MAX_URI_LENGTH + 1),
    count: 0,
    hashes: new Int32Array(MAX_URI_LENGTH + 1),
  };

  constructor(hash: KeyedHash) {
    this.#hash = hash;
  }

  get size(): number {
    return this.#rows.length;
  }

  get(prefix: string): T | undefined {
    const row = this.#find(this.#hash.of(prefix), prefix);
    return row < 0 ? undefined : this.#rows[row];
  }

  set(value: T): void {
    const { uri } = value;
    const hash = this.#hash.of(uri);
    const row = this.#find(hash, uri);
    if (row >= 0) {
      this.#rows[row] = value;
      return;
    }
    this.#buckets.add(hash, this.#rows.push(value) - 1);
    this.#endings[uri.length] = (this.#endings[uri.length] ?? 0) | endingOf(uri, uri.length);
    const alike = this.#ofLength.get(uri.length) ?? 0;
    this.#ofLength.set(uri.length, alike + 1);
    if (alike > 0) return;
    const longer = this.#lengths.findIndex((length) => length > uri.length);
    this.#lengths.splice(longer < 0 ? this.#lengths.length : longer, 0, uri.length);
  }

  delete(prefix: string): void {
    const hash = this.#hash.of(prefix);
    const row = this.#find(hash, prefix);
    if (row < 0) return;
    this.#buckets.remove(hash, row);
    const last = this.#rows.pop();
    if (last && row < this.#rows.length) {
      this.#buckets.move(this.#hash.of(last.uri), this.#rows.length, row);
      this.#rows[row] = last;
    }
    const alike = (this.#ofLength.get(prefix.length) ?? 0) - 1;
    if (alike > 0) this.#ofLength.set(prefix.length, alike);
    else {
      this.#ofLength.delete(prefix.length);
      this.#lengths.splice(this.#lengths.indexOf(prefix.length), 1);
      this.#endings[prefix.length] = 0;
    }
  }

  /** Appends the values of all prefixes of `uri`, short to long, to `found`. */
  matching(uri: string, found: T[]): void {
    const count = this.#begin(uri);
    for (let at = 0; at < count; at++) {
      const value = this.#beginning(uri, at);
      if (value !== undefined) found.push(value);
    }
  }

  longest(uri: string): T | undefined {
    if (this.#rows.length === 0) return undefined;
    for (let at = this.#begin(uri) - 1; at >= 0; at--) {
      const value = this.#beginning(uri, at);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** @returns how many beginnings of `uri` some prefix may be; they are hashed */
  #begin(uri: string): number {
    const beginnings = this.#beginnings;
    let count = 0;
    for (const length of this.#lengths) {
      if (length > uri.length) break;
      if (((this.#endings[length] ?? 0) & endingOf(uri, length)) !== 0) beginnings.lengths[count++] = length;
    }
    beginnings.count = count;
    this.#hash.beginnings(uri, beginnings);
    return count;
  }

  /** The value whose prefix is as long as the `at`th length says, and the beginning of `uri`. */
  #beginning(uri: string, at: number): T | undefined {
    const { lengths, hashes } = this.#beginnings;
    const hash = hashes[at] ?? 0;
    for (let cell = this.#buckets.first(hash); cell >= 0; cell = this.#buckets.after(hash, cell)) {
      const value = this.#rows[this.#buckets.row(cell)];
      if (value && value.uri.length === lengths[at] && uri.startsWith(value.uri)) return value;
    }
    return undefined;
  }

  /** -1 where there is none. */
  #find(hash: number, prefix: string): number {
    for (let cell = this.#buckets.first(hash); cell >= 0; cell = this.#buckets.after(hash, cell)) {
      const row = this.#buckets.row(cell);
      if (this.#rows[row]?.uri === prefix) return row;
    }
    return -1;
  }
}

/** One bit that says something of the last character of the first `length` ones. */
function endingOf(text: string, length: number): number {
  return length === 0 ? 1 : 1 << (text.charCodeAt(length - 1) & 31);
}
