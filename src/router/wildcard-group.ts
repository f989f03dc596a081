/**
 * Wildcard patterns of one component count. A pattern is a shape, the places of its literal components as bits, and a
 * sum, the hashes of these components joined by exclusive or. A URI's sum for a shape says which patterns of that shape it
 * can match, so a look-up asks each shape once; where shapes are nearly as many as patterns, it runs through the patterns
 * instead: two words each and no pointer. Either way it costs the same however the patterns were made (S14).
 */
import { Buckets } from "./buckets.ts";
import { stir } from "./keyed-hash.ts";

/** So many patterns are run through in the time that asking for one shape takes. */
const RUN = 16;
/** For more shapes than these it pays to sum up by bytes. */
const FEW = 8;
const LEAST = 4;
const DOT = 46;

/** The components of a URI or pattern: the hash of each, and which are not empty; the first is the highest bit. */
export interface Components {
  readonly hashes: Int32Array;
  readonly literal: number;
}

export class WildcardGroup<T extends { readonly uri: string }> {
  /** In no order: the last one takes the place of one that goes. */
  readonly #rows: T[] = [];
  /** Shape and sum of each row. */
  #signs = new Int32Array(2 * LEAST);
  readonly #buckets = new Buckets();
  /** The shapes that there are, in no order. */
  readonly #shapes: number[] = [];
  /** Shape to its place in `shapes` and how many patterns have it. */
  readonly #ofShape = new Map<number, { at: number; patterns: number }>();

  get size(): number {
    return this.#rows.length;
  }

  get(pattern: string, { hashes, literal }: Components): T | undefined {
    const row = this.#find(keyOf(literal, sumOf(literal, hashes)), pattern);
    return row < 0 ? undefined : this.#rows[row];
  }

  set(value: T, { hashes, literal }: Components): void {
    const sum = sumOf(literal, hashes);
    const key = keyOf(literal, sum);
    const found = this.#find(key, value.uri);
    if (found >= 0) {
      this.#rows[found] = value;
      return;
    }
    const row = this.#rows.push(value) - 1;
    this.#buckets.add(key, row);
    if (2 * row === this.#signs.length) this.#resize(2 * this.#signs.length);
    this.#signs[2 * row] = literal;
    this.#signs[2 * row + 1] = sum;
    const shape = this.#ofShape.get(literal);
    if (shape) shape.patterns++;
    else this.#ofShape.set(literal, { at: this.#shapes.push(literal) - 1, patterns: 1 });
  }

  delete(pattern: string, { hashes, literal }: Components): void {
    const key = keyOf(literal, sumOf(literal, hashes));
    const row = this.#find(key, pattern);
    if (row < 0) return;
    this.#buckets.remove(key, row);
    const last = this.#rows.length - 1;
    if (row < last) {
      const [shape = 0, sum = 0] = this.#signs.subarray(2 * last);
      this.#buckets.move(keyOf(shape, sum), last, row);
      this.#signs.copyWithin(2 * row, 2 * last, 2 * last + 2);
      this.#rows[row] = this.#rows[last] as T; // the last of at least two
    }
    this.#rows.pop();
    if (8 * last < this.#signs.length && this.#signs.length > 2 * LEAST) this.#resize(this.#signs.length / 2);
    this.#forget(literal);
  }

  /** Tells `found` of every match and its shape, in no order. */
  matching(uri: string, hashes: Int32Array, found: (value: T, shape: number) => void): void {
    if (this.#shapes.length * RUN > this.#rows.length) this.#run(uri, hashes, found);
    else this.#ask(uri, hashes, found);
  }

  #ask(uri: string, hashes: Int32Array, found: (value: T, shape: number) => void): void {
    const many = this.#shapes.length > FEW;
    if (many) sumUp(hashes);
    for (const shape of this.#shapes) {
      const key = keyOf(shape, many ? summedUp(shape) : sumOf(shape, hashes));
      for (let cell = this.#buckets.first(key); cell >= 0; cell = this.#buckets.after(key, cell)) {
        const row = this.#buckets.row(cell);
        const value = this.#rows[row];
        if (value && this.#signs[2 * row] === shape && fits(value.uri, uri)) found(value, shape);
      }
    }
  }

  #run(uri: string, hashes: Int32Array, found: (value: T, shape: number) => void): void {
    const signs = this.#signs;
    const many = this.#rows.length > FEW * FEW;
    if (many) sumUp(hashes);
    for (let row = 0; row < this.#rows.length; row++) {
      const shape = signs[2 * row] ?? 0;
      if ((many ? summedUp(shape) : sumOf(shape, hashes)) !== signs[2 * row + 1]) continue;
      const value = this.#rows[row];
      if (value && fits(value.uri, uri)) found(value, shape);
    }
  }

  /** -1 where there is none. */
  #find(key: number, pattern: string): number {
    for (let cell = this.#buckets.first(key); cell >= 0; cell = this.#buckets.after(key, cell)) {
      const row = this.#buckets.row(cell);
      if (this.#rows[row]?.uri === pattern) return row;
    }
    return -1;
  }

  #forget(literal: number): void {
    const shape = this.#ofShape.get(literal);
    if (!shape || --shape.patterns > 0) return;
    this.#ofShape.delete(literal);
    const last = this.#shapes.pop();
    if (last === undefined || last === literal) return;
    this.#shapes[shape.at] = last;
    const moved = this.#ofShape.get(last);
    if (moved) moved.at = shape.at;
  }

  #resize(length: number): void {
    const old = this.#signs;
    this.#signs = new Int32Array(length);
    this.#signs.set(old.subarray(0, length));
  }
}

function keyOf(shape: number, sum: number): number {
  return stir(sum + stir(shape));
}

function sumOf(shape: number, hashes: Int32Array): number {
  let sum = 0;
  for (let rest = shape; rest !== 0; ) {
    const at = Math.clz32(rest);
    sum ^= hashes[at] ?? 0;
    rest &= ~(1 << (31 - at));
  }
  return sum;
}

/** For each of the four bytes of a shape, what its bits add to the sum; of the URI that is being looked for. */
const sums = new Int32Array(4 * 256);

function sumUp(hashes: Int32Array): void {
  for (let byte = 0; byte < 4; byte++) {
    for (let bits = 1; bits < 256; bits++) {
      const least = 31 - Math.clz32(bits & -bits);
      const rest = sums[256 * byte + (bits & (bits - 1))] ?? 0;
      sums[256 * byte + bits] = rest ^ (hashes[8 * byte + 7 - least] ?? 0);
    }
  }
}

function summedUp(shape: number): number {
  return (
    (sums[shape >>> 24] ?? 0) ^
    (sums[256 + ((shape >>> 16) & 255)] ?? 0) ^
    (sums[512 + ((shape >>> 8) & 255)] ?? 0) ^
    (sums[768 + (shape & 255)] ?? 0)
  );
}

/** Whether the pattern matches a URI of as many components. An empty one in the pattern matches any one (PBS-02). */
function fits(pattern: string, uri: string): boolean {
  let at = 0;
  let begins = true;
  for (let next = 0; next < pattern.length; next++) {
    const code = pattern.charCodeAt(next);
    if (begins && code === DOT) at = endOf(uri, at);
    if (uri.charCodeAt(at) !== code) return false;
    at++;
    begins = code === DOT;
  }
  return (begins ? endOf(uri, at) : at) === uri.length;
}

/** Where the component that begins at `from` ends. */
function endOf(uri: string, from: number): number {
  const end = uri.indexOf(".", from);
  return end < 0 ? uri.length : end;
}
