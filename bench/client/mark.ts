/**
 * The payload says who sent it and which one it is, so that every receiver can check that nothing was lost,
 * doubled, reordered or cross-wired: two digits of sender, ten digits of count, filler.
 */

export const SMALL = 32; // bytes, the payload of every row that names no other

export interface Mark {
  readonly sender: number;
  readonly count: number;
}

export class Marker {
  readonly #head: string;
  readonly #filler: string;

  constructor(sender: number, bytes = SMALL) {
    this.#head = String(sender).padStart(2, "0");
    this.#filler = "x".repeat(bytes - 12);
  }

  payload(count: number): string {
    return this.#head + String(count).padStart(10, "0") + this.#filler;
  }
}

export function markOf(payload: string): Mark {
  return { sender: digits(payload, 0, 2), count: digits(payload, 2, 12) };
}

/** The number from one place to another. Read a million times a second, so without a string of its own. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
}

/** Checks that what one receiver gets from each sender comes complete and in order. */
export class Sequence {
  /** Sender -> the last count seen. */
  readonly #last: number[] = [];

  /** @throws if the mark is not the one after the last of its sender. */
  next(payload: string): Mark {
    const mark = markOf(payload);
    const expected = (this.#last[mark.sender] ?? 0) + 1;
    if (mark.count !== expected) {
      throw new Error(`from sender ${mark.sender}: expected number ${expected}, got ${mark.count}`);
    }
    this.#last[mark.sender] = mark.count;
    return mark;
  }
}
