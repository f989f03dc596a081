/**
 * Calls or invocations that have not ended, by their request id. A session has few at a time and very many one after
 * another: an engine's map is made anew again and again for them, and what a long-lived map leaves behind outlives the quick
 * collections. So one stands here itself, for most sessions have no more and a million callees are far apart in memory, and
 * the others in lists that are used again, each at the place that its id says or, where another one has that, soon behind.
 * Only very many, whose ids somebody may have chosen to meet at one place, are in a map.
 */

/** Places at first, when there is something to keep; a power of two, as every number of places. */
const FEW = 8;
/** Places that stay when everything has ended. */
const KEPT = 64;
/** Places at most: at most half of them are taken. */
const MOST = 512;

const NO_IDS: number[] = [0];
const NO_VALUES: undefined[] = [undefined];

export class Pending<T> {
  /** While there is no map: one of them, where there is a value. */
  #oneId = 0;
  #one: T | undefined;
  /** The others, by place. It is free where there is no value; an id there means nothing. */
  #ids = NO_IDS;
  #values: (T | undefined)[] = NO_VALUES;
  /** One less than there are places. */
  #mask = 0;
  #count = 0;
  #many: Map<number, T> | undefined;

  get size(): number {
    return this.#many?.size ?? (this.#one === undefined ? this.#count : this.#count + 1);
  }

  has(id: number): boolean {
    return this.get(id) !== undefined;
  }

  get(id: number): T | undefined {
    if (this.#oneId === id && this.#one !== undefined) return this.#one;
    return this.#many ? this.#many.get(id) : this.#values[this.#placeOf(id)];
  }

  set(id: number, value: T): void {
    if (this.#many) {
      this.#many.set(id, value);
      return;
    }
    if (this.#oneId === id && this.#one !== undefined) {
      this.#one = value;
      return;
    }
    const at = this.#placeOf(id);
    if (this.#values[at] === undefined) {
      if (this.#one === undefined) {
        this.#oneId = id;
        this.#one = value;
        return;
      }
      if (this.#count * 2 >= this.#mask) {
        this.#grow();
        this.set(id, value);
        return;
      }
      this.#count++;
      this.#ids[at] = id;
    }
    this.#values[at] = value;
  }

  delete(id: number): void {
    if (this.#many) {
      this.#many.delete(id);
      if (this.#many.size === 0) this.#many = undefined;
      return;
    }
    if (this.#oneId === id && this.#one !== undefined) {
      this.#one = undefined;
      return;
    }
    const at = this.#placeOf(id);
    if (this.#values[at] === undefined) return;
    this.#free(at);
    if (--this.#count === 0 && this.#mask >= KEPT) this.#begin(FEW);
  }

  /** In no particular order, like the values. */
  keys(): number[] {
    return this.#entries().map(([id]) => id);
  }

  values(): T[] {
    return this.#entries().map(([, value]) => value);
  }

  #entries(): [number, T][] {
    if (this.#many) return [...this.#many];
    const ids = [this.#oneId, ...this.#ids];
    return [this.#one, ...this.#values].flatMap((value, at): [number, T][] =>
      value === undefined ? [] : [[ids[at] ?? 0, value]],
    );
  }

  /** Where it stands; where it does not, the free place for it. One is always free. */
  #placeOf(id: number): number {
    let at = id & this.#mask;
    while (this.#values[at] !== undefined && this.#ids[at] !== id) at = (at + 1) & this.#mask;
    return at;
  }

  /** Frees a place; what stands behind it only because it was taken moves up, or it would not be found. */
  #free(place: number): void {
    let free = place;
    for (let at = (free + 1) & this.#mask; this.#values[at] !== undefined; at = (at + 1) & this.#mask) {
      const id = this.#ids[at] ?? 0;
      if (((at - id) & this.#mask) < ((at - free) & this.#mask)) continue; // its own place is behind the free one
      this.#ids[free] = id;
      this.#values[free] = this.#values[at];
      free = at;
    }
    this.#values[free] = undefined; // what has ended is not kept
  }

  #grow(): void {
    const entries = this.#entries();
    const places = (this.#mask + 1) * 2;
    this.#one = undefined;
    if (places > MOST) {
      this.#begin(FEW);
      this.#many = new Map(entries);
      return;
    }
    this.#begin(Math.max(FEW, places));
    for (const [id, value] of entries) this.set(id, value);
  }

  #begin(places: number): void {
    this.#ids = new Array<number>(places).fill(0);
    this.#values = new Array<T | undefined>(places).fill(undefined);
    this.#mask = places - 1;
    this.#count = 0;
  }
}
