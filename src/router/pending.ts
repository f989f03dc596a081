/**
 * Calls or invocations that have not ended, by their request id, in the order in which they began. A session has a few at a
 * time and very many one after another: an engine's map is made anew at every fourth one, and what a long-lived map leaves
 * behind outlives the quick collections. So a few stand in a list that is used again, and only many in a map.
 */

/** More than these are found by a map. */
const FEW = 8;

export class Pending<T> {
  /** While there is no map: ids, of which the first `size` count, and what they stand for. */
  readonly #ids: number[] = [];
  readonly #few: (T | undefined)[] = [];
  #count = 0;
  #many: Map<number, T> | undefined;

  get size(): number {
    return this.#many?.size ?? this.#count;
  }

  has(id: number): boolean {
    return this.get(id) !== undefined;
  }

  get(id: number): T | undefined {
    return this.#many ? this.#many.get(id) : this.#few[this.#placeOf(id)];
  }

  set(id: number, value: T): void {
    if (this.#many) {
      this.#many.set(id, value);
      return;
    }
    const at = this.#placeOf(id);
    if (at === FEW) {
      this.#many = new Map([...this.#entries(), [id, value]]);
      this.#few.fill(undefined);
      this.#count = 0;
      return;
    }
    this.#ids[at] = id;
    this.#few[at] = value;
    if (at === this.#count) this.#count++;
  }

  delete(id: number): void {
    if (this.#many) {
      this.#many.delete(id);
      if (this.#many.size === 0) this.#many = undefined;
      return;
    }
    const place = this.#placeOf(id);
    if (place === this.#count) return;
    this.#count--;
    for (let at = place; at < this.#count; at++) {
      this.#ids[at] = this.#ids[at + 1] ?? 0;
      this.#few[at] = this.#few[at + 1];
    }
    this.#few[this.#count] = undefined; // what has ended is not kept
  }

  keys(): number[] {
    return this.#entries().map(([id]) => id);
  }

  values(): T[] {
    return this.#entries().map(([, value]) => value);
  }

  #entries(): [number, T][] {
    if (this.#many) return [...this.#many];
    return this.#ids.slice(0, this.#count).map((id, at) => [id, this.#few[at] as T]); // the first ones are there
  }

  /** Where it stands; behind the last one where it does not. */
  #placeOf(id: number): number {
    for (let at = 0; at < this.#count; at++) if (this.#ids[at] === id) return at;
    return this.#count;
  }
}
