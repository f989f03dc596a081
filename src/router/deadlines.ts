/**
 * Calls by when their time is up, soonest first. An entry whose call ended, or was given more time, stays until it is found
 * at the top or until half of all are such.
 */
import type { Invocation } from "./invocation.ts";

interface Entry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly invocation: Invocation;
}

/** The year 2185. An alarm cannot be set to later than 2189, and a caller may ask for 2^53 milliseconds. */
const LATEST = 6_800_000_000_000;
/** Below this many entries none are looked for that could go. */
const FEW = 64;

export class Deadlines {
  /** A binary heap: no entry is later than the two below it. */
  #heap: Entry[] = [];
  /** How many entries there may be before those that mean nothing any more are taken out. */
  #most = FEW;

  /** An invocation's later deadline replaces its earlier one. */
  add(invocation: Invocation, wanted: number): void {
    const at = Math.min(wanted, LATEST);
    invocation.deadline = at;
    if (this.#heap.length >= this.#most) this.#sweep();
    const heap = this.#heap;
    let place = heap.push({ at, invocation }) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!this.#swapIfLater(above, place)) break;
      place = above;
    }
  }

  /** When the next call's time is up; undefined where none is timed. */
  next(): number | undefined {
    for (;;) {
      const [top] = this.#heap;
      if (!top || isCurrent(top)) return top?.at;
      this.#removeTop();
    }
  }

  /** Takes the calls whose time is up at `now`. */
  *due(now: number): Iterable<Invocation> {
    for (let at = this.next(); at !== undefined && at <= now; at = this.next()) {
      const [top] = this.#heap;
      this.#removeTop();
      if (top) yield top.invocation;
    }
  }

  /** How many entries are held, also of calls that ended. */
  get size(): number {
    return this.#heap.length;
  }

  #sweep(): void {
    this.#heap = this.#heap.filter(isCurrent).sort(compare); // sorted: a heap too
    this.#most = Math.max(FEW, 2 * this.#heap.length);
  }

  #removeTop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return;
    heap[0] = last;
    let place = 0;
    for (;;) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      const [a, b] = [heap[left], heap[right]];
      const sooner = a && b && compare(a, b) > 0 ? right : left;
      if (!this.#swapIfLater(place, sooner)) return;
      place = sooner;
    }
  }

  /** @returns whether the entry above was later than the one below, and they changed places */
  #swapIfLater(above: number, below: number): boolean {
    const [a, b] = [this.#heap[above], this.#heap[below]];
    if (!a || !b || compare(a, b) <= 0) return false;
    this.#heap[above] = b;
    this.#heap[below] = a;
    return true;
  }
}

/** At the same moment a caller's calls come in the order of their requests: no sleep changes that. */
function compare(a: Entry, b: Entry): number {
  const [one, other] = [a.invocation, b.invocation];
  return a.at - b.at || one.caller.id - other.caller.id || one.request - other.request;
}

function isCurrent({ at, invocation }: Entry): boolean {
  return !invocation.ended && invocation.deadline === at;
}
