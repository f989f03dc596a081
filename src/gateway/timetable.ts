/**
 * Who must do something by when, soonest first: HELLO, AUTHENTICATE, a reply to GOODBYE, or leaving when a token expires.
 * Asked after every message, so the next one is found at once, however many there are.
 */

interface Entry<T> {
  readonly who: T;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of those that are due together the first that was set is the first. */
  readonly order: number;
}

/** The year 2185: an alarm cannot be set to much later, and a token may name any number. */
const LATEST = 6_800_000_000_000;

export class Timetable<T> {
  /** A binary heap: no entry is later than the two below it. */
  readonly #heap: Entry<T>[] = [];
  /** Who to the place of its entry in the heap. */
  readonly #places = new Map<T, number>();
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** When the next one is due, in milliseconds since 1970; undefined: nobody is. */
  next(): number | undefined {
    return this.#heap[0]?.at;
  }

  /** Replaces what stood there of the same one. */
  set(who: T, at: number): void {
    this.delete(who);
    const place = this.#heap.length;
    this.#put({ who, at: Math.min(at, LATEST), order: this.#order++ }, place);
    this.#rise(place);
  }

  delete(who: T): void {
    const place = this.#places.get(who);
    if (place === undefined) return;
    this.#places.delete(who);
    const last = this.#heap.pop();
    if (!last || place === this.#heap.length) return;
    this.#put(last, place);
    this.#rise(place);
    this.#sink(this.#places.get(last.who) ?? place);
  }

  /** Takes one that is due at `now`; undefined: nobody is. */
  take(now: number): T | undefined {
    const [top] = this.#heap;
    if (!top || top.at > now) return undefined;
    this.delete(top.who);
    return top.who;
  }

  #put(entry: Entry<T>, place: number): void {
    this.#heap[place] = entry;
    this.#places.set(entry.who, place);
  }

  #rise(from: number): void {
    for (let place = from; place > 0; ) {
      const above = (place - 1) >> 1;
      if (!this.#swapIfLater(above, place)) return;
      place = above;
    }
  }

  #sink(from: number): void {
    for (let place = from; ; ) {
      const left = 2 * place + 1;
      const [a, b] = [this.#heap[left], this.#heap[left + 1]];
      const sooner = a && b && isLater(a, b) ? left + 1 : left;
      if (!this.#swapIfLater(place, sooner)) return;
      place = sooner;
    }
  }

  /** @returns whether the entry above was later than the one below, and they changed places */
  #swapIfLater(above: number, below: number): boolean {
    const [a, b] = [this.#heap[above], this.#heap[below]];
    if (!a || !b || !isLater(a, b)) return false;
    this.#put(b, above);
    this.#put(a, below);
    return true;
  }
}

function isLater<T>(one: Entry<T>, other: Entry<T>): boolean {
  return one.at > other.at || (one.at === other.at && one.order > other.order);
}
