/** Calls by when their time is up, soonest first. A call that ended stays until it is found at the top. */
import type { Invocation } from "./invocation.ts";

interface Entry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly invocation: Invocation;
}

export class Deadlines {
  /** A binary heap: no entry is later than the two below it. */
  readonly #heap: Entry[] = [];

  /** An invocation's later deadline replaces its earlier one. */
  add(invocation: Invocation, at: number): void {
    invocation.deadline = at;
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

  #removeTop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return;
    heap[0] = last;
    let place = 0;
    for (;;) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      const sooner = (heap[right]?.at ?? Infinity) < (heap[left]?.at ?? Infinity) ? right : left;
      if (!this.#swapIfLater(place, sooner)) return;
      place = sooner;
    }
  }

  /** @returns whether the entry above was later than the one below, and they changed places */
  #swapIfLater(above: number, below: number): boolean {
    const [a, b] = [this.#heap[above], this.#heap[below]];
    if (!a || !b || a.at <= b.at) return false;
    this.#heap[above] = b;
    this.#heap[below] = a;
    return true;
  }
}

function isCurrent({ at, invocation }: Entry): boolean {
  return !invocation.ended && invocation.deadline === at;
}
